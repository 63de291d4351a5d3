# What SHAMAN_HARDEN adds: mistakes that got through end the program instead of being used against it, and
# nothing in the programs tells in which folder they were built. tests/dist.sh checks both.
if(NOT SHAMAN_HARDEN)
  return()
endif()
include(CheckCXXCompilerFlag)
include(CheckCXXSourceCompiles)

# The same for programs and libraries, which share precompiled headers.
add_compile_options(-fPIE)
add_link_options(-pie)

# Level 3 needs GCC 12 or Clang 15, and glibc 2.34.
set(CMAKE_REQUIRED_FLAGS "-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
check_cxx_source_compiles("
  #include <cstdlib>
  #if __USE_FORTIFY_LEVEL < 3
  #error
  #endif
  int main() {}" SHAMAN_HAS_FORTIFY_3)
unset(CMAKE_REQUIRED_FLAGS)
# As options, in this order: definitions would come first, and -U take them back.
add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$<IF:$<BOOL:${SHAMAN_HAS_FORTIFY_3}>,3,2>)
add_compile_definitions(_GLIBCXX_ASSERTIONS)

foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection)
  string(MAKE_C_IDENTIFIER "SHAMAN_HAS${flag}" has)
  check_cxx_compiler_flag(${flag} ${has})
  if(${has})
    add_compile_options(${flag})
  endif()
endforeach()
add_link_options(LINKER:-z,relro,-z,now,-z,noexecstack,--as-needed)

# Of several that match, the last one counts.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}=. -ffile-prefix-map=${PROJECT_BINARY_DIR}=build)

# Libraries are for other compilers, too: beside what optimising as a whole needs, they hold machine code.
if(CMAKE_INTERPROCEDURAL_OPTIMIZATION AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-ffat-lto-objects)
endif()
# GCC 12 numbers the temporaries in a coroutine's frame anew in each unit, and takes the frames for different types.
if(CMAKE_INTERPROCEDURAL_OPTIMIZATION AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-Wno-odr)
endif()
