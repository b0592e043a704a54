# The loader, on an artifact written in C.
add_library(ConormModuleTestArtifact MODULE ModuleTestArtifact.c)
target_include_directories(ConormModuleTestArtifact PRIVATE
  "${PROJECT_SOURCE_DIR}/runtime/include")
set_target_properties(ConormModuleTestArtifact PROPERTIES
  LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/unittests")

conorm_add_unittest(ConormModuleTests
  ModuleInvokeIntoTest.cpp
  ModuleInvokeTest.cpp
  ModuleTest.cpp
  OwnershipTest.cpp
  # What the runtime does not export.
  ${PROJECT_SOURCE_DIR}/runtime/lib/module/ModuleBuffers.cpp
  ${PROJECT_SOURCE_DIR}/runtime/lib/module/ModuleManifest.cpp
  ${PROJECT_SOURCE_DIR}/runtime/lib/module/Ownership.cpp
  LINK ConormRuntime ConormRuntime_support ConormRuntimeHeaders_module)
add_dependencies(ConormModuleTests ConormModuleTestArtifact)
target_compile_definitions(ConormModuleTests PRIVATE
  "CONORM_TEST_ARTIFACT=\"$<TARGET_FILE:ConormModuleTestArtifact>\""
  "CONORM_TEST_RUNTIME=\"$<TARGET_FILE:ConormRuntime>\"")
