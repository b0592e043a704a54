# The loader, on an artefact written in C.
add_library(ConormModuleTestArtefact MODULE ModuleTestArtefact.c)
target_include_directories(ConormModuleTestArtefact PRIVATE
  "${PROJECT_SOURCE_DIR}/runtime/include")
set_target_properties(ConormModuleTestArtefact PROPERTIES
  LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/unittests")

conorm_add_unittest(ConormModuleTests
  ModuleInvokeIntoTest.cpp
  ModuleInvokeTest.cpp
  ModuleTest.cpp
  LINK ConormRuntime)
add_dependencies(ConormModuleTests ConormModuleTestArtefact)
target_compile_definitions(ConormModuleTests PRIVATE
  "CONORM_TEST_ARTEFACT=\"$<TARGET_FILE:ConormModuleTestArtefact>\""
  "CONORM_TEST_RUNTIME=\"$<TARGET_FILE:ConormRuntime>\"")
