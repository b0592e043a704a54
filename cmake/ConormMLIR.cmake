# Finds MLIR and makes its CMake functions usable here.

find_package(MLIR 22.1 REQUIRED CONFIG
  HINTS /usr/lib/llvm-22/lib/cmake/mlir)
message(STATUS "Conorm: MLIR in ${MLIR_DIR}, LLVM ${LLVM_PACKAGE_VERSION}")

# The packaged LLVM_DEFAULT_EXTERNAL_LIT names a file that does not exist.
if(NOT LLVM_EXTERNAL_LIT)
  set(LLVM_EXTERNAL_LIT "${LLVM_TOOLS_BINARY_DIR}/lit")
endif()

list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
# add_mlir_doc() writes below this directory.
set(MLIR_BINARY_DIR "${PROJECT_BINARY_DIR}")
include(TableGen)
include(AddLLVM)
include(AddMLIR)

# Our headers, and MLIR as shared libraries: what every part of the compiler is
# compiled with. Warnings in generated code are not ours to fix.
add_library(ConormMLIR INTERFACE)
separate_arguments(CONORM_LLVM_DEFINITIONS NATIVE_COMMAND "${LLVM_DEFINITIONS}")
target_compile_options(ConormMLIR INTERFACE ${CONORM_LLVM_DEFINITIONS})
target_include_directories(ConormMLIR INTERFACE "${PROJECT_SOURCE_DIR}/include")
target_include_directories(ConormMLIR SYSTEM INTERFACE
  "${PROJECT_BINARY_DIR}/include" ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_link_libraries(ConormMLIR INTERFACE MLIR LLVM)
target_compile_features(ConormMLIR INTERFACE cxx_std_17)

# Tablegen and mlir-pdll take their include paths from the directory.
include_directories("${PROJECT_SOURCE_DIR}/include")
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})

if(NOT LLVM_ENABLE_RTTI)
  message(FATAL_ERROR "Conorm expects an LLVM that was built with RTTI")
endif()
