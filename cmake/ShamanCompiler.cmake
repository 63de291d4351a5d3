# Warnings, sanitizers and ccache for every target of this build.

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
                    -Wcast-align)
if(SHAMAN_WERROR)
  add_compile_options(-Werror)
endif()

# False alarms of GCC 12 in inlined standard library code: "text" + std::string (GCC bugs 105651 and
# 105329), std::variant, and coroutine frames, which Asio allocates and GCC takes for freed by the
# wrong function.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow
                      -Wno-stringop-overread -Wno-array-bounds -Wno-mismatched-new-delete)
endif()

if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC takes a source that another one includes for a header, in which a coroutine's frame must not
  # hold what is in an anonymous namespace.
  add_compile_options(-Wno-subobject-linkage)
endif()

if(WIN32)
  # Windows 10, and names of its API that do not get in the way of ours. For every target, as a
  # precompiled header serves only those that define the same.
  add_compile_definitions(_WIN32_WINNT=0x0A00 UNICODE NOMINMAX WIN32_LEAN_AND_MEAN)
endif()

# Tests are compiled more often than they run.
set(SHAMAN_TEST_OPTIONS -O0)

if(SHAMAN_SANITIZE)
  add_compile_options(-fsanitize=${SHAMAN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SHAMAN_SANITIZE})
  if(SHAMAN_SANITIZE MATCHES "thread")
    # GCC says of every std::atomic_thread_fence in the libraries that TSan does not know it.
    add_compile_options(-Wno-tsan)
  endif()
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without this sloppiness ccache never caches a file that uses a precompiled header. The rest lets
  # a second clone, or another build folder, find what the first one compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  endif()
endif()
