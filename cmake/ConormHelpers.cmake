# conorm_add_library(<name> <source>... [LINK <library>...])
#
# A family of passes, or a dialect: an object library of its own, which is part
# of libConorm.so. LINK names the families that it stands on.
function(conorm_add_library name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_library(${name} OBJECT ${ARG_UNPARSED_ARGUMENTS})
  add_library(Conorm::${name} ALIAS ${name})
  add_dependencies(${name} ConormIncGen)
  target_link_libraries(${name} PUBLIC ConormMLIR ${ARG_LINK})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/lib")
  target_sources(Conorm PRIVATE $<TARGET_OBJECTS:${name}>)
endfunction()

# conorm_add_tool(name sources... [LINK libraries...])
#
# A program in bin/ that is installed. MLIR and LLVM are linked as the shared
# libraries only, so that a tool may load ConormPlugin.so.
function(conorm_add_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  install(TARGETS ${name} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endfunction()

# conorm_add_unittest(name sources... [LINK libraries...])
#
# A GoogleTest program in unittests/, found there by lit through its name, which
# ends in "Tests".
function(conorm_add_unittest name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  if(NOT name MATCHES "Tests$")
    message(FATAL_ERROR "the name of a unit test ends in 'Tests': ${name}")
  endif()
  find_package(GTest REQUIRED)
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest_main
    GTest::gmock)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/unittests")
  set_property(GLOBAL APPEND PROPERTY CONORM_TEST_PROGRAMS ${name})
endfunction()

# conorm_add_test_program(name sources... [LINK libraries...])
#
# A program in bin/ that the suite runs, and that is not installed.
function(conorm_add_test_program name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  set_property(GLOBAL APPEND PROPERTY CONORM_TEST_PROGRAMS ${name})
endfunction()
