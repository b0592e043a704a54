# Sources of the CPU numerics and the flags that each needs. Included by
# runtime/CMakeLists.txt, in the directory whose target compiles the list:
# source properties do not cross directories.
#
# One translation unit for each instruction set; which one runs is decided at
# run time (Numerics.cpp). They are optimized in every build type: an
# unoptimized kernel is 30 times slower and no easier to debug.

set(CONORM_NUMERICS_SOURCES
  ${CMAKE_CURRENT_LIST_DIR}/Numerics.cpp
  ${CMAKE_CURRENT_LIST_DIR}/NumericsBase.cpp)

# The contract forbids contraction; errno would cost a call for each sqrt; an
# operation that might trap would keep the loop around it from becoming vectors.
set(CONORM_NUMERICS_FLAGS -O3 -ffp-contract=off -fno-math-errno
  -fno-trapping-math)

set_source_files_properties(
  ${CMAKE_CURRENT_LIST_DIR}/Numerics.cpp
  ${CMAKE_CURRENT_LIST_DIR}/NumericsBase.cpp
  PROPERTIES COMPILE_OPTIONS "${CONORM_NUMERICS_FLAGS}")

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  list(APPEND CONORM_NUMERICS_SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/NumericsAVX2.cpp
    ${CMAKE_CURRENT_LIST_DIR}/NumericsAVX512.cpp)
  set(avx2Flags -mavx2 -mfma -mf16c)
  set(avx512Flags -mavx512f -mavx512bw -mavx512dq -mavx512vl)
  set_source_files_properties(
    ${CMAKE_CURRENT_LIST_DIR}/NumericsAVX2.cpp PROPERTIES COMPILE_OPTIONS
    "${CONORM_NUMERICS_FLAGS};${avx2Flags}")
  set_source_files_properties(
    ${CMAKE_CURRENT_LIST_DIR}/NumericsAVX512.cpp PROPERTIES COMPILE_OPTIONS
    "${CONORM_NUMERICS_FLAGS};${avx2Flags};${avx512Flags}")
endif()
