# Windows programs, made on Debian with mingw-w64: `cmake --preset windows`. What they link comes from
# tools/windows/build_dependencies.sh.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)

# The posix flavour: the other has no std::thread.
set(triple x86_64-w64-mingw32)
set(CMAKE_C_COMPILER ${triple}-gcc-posix)
set(CMAKE_CXX_COMPILER ${triple}-g++-posix)
set(CMAKE_RC_COMPILER ${triple}-windres)
set(CMAKE_AR ${triple}-gcc-ar-posix CACHE FILEPATH "")
set(CMAKE_RANLIB ${triple}-gcc-ranlib-posix CACHE FILEPATH "")

if(DEFINED ENV{SHAMAN_WINDOWS_DEPS})
  set(stage $ENV{SHAMAN_WINDOWS_DEPS})
else()
  set(stage $ENV{HOME}/.cache/shaman-windows)
endif()
execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=libz.a OUTPUT_VARIABLE zlib
                OUTPUT_STRIP_TRAILING_WHITESPACE)
get_filename_component(zlib "${zlib}" REALPATH)
get_filename_component(system "${zlib}/../.." REALPATH)

set(CMAKE_FIND_ROOT_PATH ${stage} ${system})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# Left alone, FindZLIB takes libz.dll.a, and the program wants zlib1.dll.
set(ZLIB_LIBRARY ${zlib} CACHE FILEPATH "")
set(OPENSSL_ROOT_DIR ${stage} CACHE PATH "")
set(OPENSSL_USE_STATIC_LIBS ON CACHE BOOL "")
set(ENV{PKG_CONFIG_LIBDIR} ${stage}/lib/pkgconfig)
# Find modules for header-only libraries, whose own package files speak of the machine's include folder.
list(PREPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR}/mingw-w64)

# One coroutine file of Beast makes more sections than the plain object format can count.
set(CMAKE_C_FLAGS_INIT "-Wa,-mbig-obj")
set(CMAKE_CXX_FLAGS_INIT "-Wa,-mbig-obj")
# At -O0 the assembler's string table overflows.
set(CMAKE_CXX_FLAGS_DEBUG_INIT "-Og")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static")

find_program(shaman_wine NAMES wine NO_CMAKE_FIND_ROOT_PATH)
if(shaman_wine)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_CURRENT_LIST_DIR}/../../tools/windows/wine.sh)
endif()
