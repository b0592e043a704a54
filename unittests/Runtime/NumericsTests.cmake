# The kernels are linked into the test: the runtime library does not export
# them. Included by CMakeLists.txt.

# The transcription of the contract, for every test that compares with it. It
# computes in f32 and must not be contracted either.
set(referenceSources
  ${CMAKE_CURRENT_LIST_DIR}/Reference.cpp
  ${CMAKE_CURRENT_LIST_DIR}/ReferenceQuantize.cpp)
set_source_files_properties(${referenceSources}
  PROPERTIES COMPILE_OPTIONS "-O2;-ffp-contract=off")
add_library(ConormReference STATIC ${referenceSources})
target_include_directories(ConormReference
  PUBLIC ${CMAKE_CURRENT_LIST_DIR} ${PROJECT_SOURCE_DIR}/runtime/include)

conorm_add_unittest(RuntimeNumericsTests
  NumericsBoundTest.cpp
  NumericsConversionTest.cpp
  NumericsTest.cpp
  QuantizeConversionTest.cpp
  QuantizeTest.cpp
  LINK ConormReference ConormRuntime_numerics ConormRuntimeHeaders_numerics
  Conorm::Runtime)
