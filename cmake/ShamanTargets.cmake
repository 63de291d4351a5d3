# shaman_precompile(shaman_http net): that target uses the header cmake/precompiled/net.hpp.
function(shaman_precompile target header)
  target_precompile_headers(${target} REUSE_FROM precompiled_${header})
endfunction()

# One static library a concept: shaman_library(store SOURCES a.cpp b.cpp LIBS shaman::fs)
# makes shaman_store with the alias shaman::store. PRECOMPILED names another header than std, or none.
function(shaman_library name)
  cmake_parse_arguments(arg "" "PRECOMPILED" "SOURCES;LIBS;PRIVATE_LIBS" ${ARGN})
  add_library(shaman_${name} STATIC ${arg_SOURCES})
  add_library(shaman::${name} ALIAS shaman_${name})
  target_include_directories(shaman_${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_compile_features(shaman_${name} PUBLIC cxx_std_20)
  target_link_libraries(shaman_${name} PUBLIC ${arg_LIBS} PRIVATE ${arg_PRIVATE_LIBS})
  if(NOT arg_PRECOMPILED)
    set(arg_PRECOMPILED std)
  endif()
  if(NOT arg_PRECOMPILED STREQUAL "none")
    shaman_precompile(shaman_${name} ${arg_PRECOMPILED})
  endif()
endfunction()

# shaman_unit_test(store SOURCES claim_table_test.cpp LIBS shaman::store): one program a folder of
# tests/unit, registered with ctest under the label "unit". The target unit_tests builds them all.
# PRECOMPILED as above, test if not given. INPUT: reads what comes from strangers; these also have the
# label "input" and the target input_tests, which tests/run.sh builds with sanitizers.
function(shaman_unit_test name)
  cmake_parse_arguments(arg "INPUT" "PRECOMPILED" "SOURCES;LIBS" ${ARGN})
  add_executable(unit_${name} ${arg_SOURCES})
  target_include_directories(unit_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src
                             ${PROJECT_SOURCE_DIR}/tests/support/cpp)
  target_link_libraries(unit_${name} PRIVATE ${arg_LIBS} GTest::gmock GTest::gtest_main)
  target_compile_options(unit_${name} PRIVATE ${SHAMAN_TEST_OPTIONS})
  if(NOT arg_PRECOMPILED)
    set(arg_PRECOMPILED test)
  endif()
  shaman_precompile(unit_${name} ${arg_PRECOMPILED})
  add_test(NAME unit_${name} COMMAND unit_${name})
  set(labels unit)
  if(arg_INPUT)
    list(APPEND labels input)
  endif()
  set_tests_properties(unit_${name} PROPERTIES LABELS "${labels}")
  foreach(label ${labels})
    if(NOT TARGET ${label}_tests)
      add_custom_target(${label}_tests)
    endif()
    add_dependencies(${label}_tests unit_${name})
  endforeach()
endfunction()
