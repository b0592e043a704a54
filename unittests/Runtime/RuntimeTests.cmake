# Tests of contexts, bootstraps and the protocol, which use the C ABI alone.
# Included by CMakeLists.txt.

add_library(ConormRankRunner STATIC ${CMAKE_CURRENT_LIST_DIR}/RankRunner.cpp)
target_link_libraries(ConormRankRunner PUBLIC Conorm::Runtime)
target_include_directories(ConormRankRunner PUBLIC ${CMAKE_CURRENT_LIST_DIR})

conorm_add_unittest(RuntimeProtocolTests
  BatchInvarianceTest.cpp
  ProtocolTest.cpp
  LINK ConormRankRunner ConormReference)
conorm_add_unittest(RuntimeQuantizeTests
  QuantizeErrorsTest.cpp
  QuantizeOpsTest.cpp
  LINK ConormRankRunner ConormReference)
conorm_add_unittest(RuntimeContextTests
  AbiTable.cpp
  AbiTest.cpp
  ArgumentsTest.cpp
  ContextTest.cpp
  DispatchTest.cpp
  HandlesTest.cpp
  SizesTest.cpp
  LINK ConormRankRunner)
conorm_add_unittest(RuntimeControlTests ControlPlaneTest.cpp
  LINK ConormRankRunner ConormRuntimeHeaders_control)
conorm_add_unittest(RuntimeFaultsTests FaultsTest.cpp
  LINK ConormRankRunner)
conorm_add_unittest(RuntimeProcessTests
  ForkTest.cpp
  LimitsTest.cpp
  StopTest.cpp
  # For the layout of what ranks tell each other.
  LINK ConormRankRunner ConormRuntimeHeaders_control)
conorm_add_unittest(RuntimeBootstrapTests
  BootstrapTest.cpp
  LaunchVariablesTest.cpp
  LINK ConormRankRunner)
# Loaded by name at run time.
if(TARGET ConormBootstrapMPI)
  add_dependencies(RuntimeBootstrapTests ConormBootstrapMPI)
endif()

conorm_add_unittest(RuntimeSystemTests
  StructsTest.cpp
  SystemTest.cpp
  LINK Conorm::Runtime ConormRuntime_support ConormRuntimeHeaders_control)

conorm_add_unittest(RuntimeLaunchTests
  HeartbeatsTest.cpp
  LaunchTest.cpp
  # What the runtime does not export.
  ${PROJECT_SOURCE_DIR}/runtime/lib/launch/Heartbeats.cpp
  LINK ConormRankRunner ConormRuntimeHeaders_launch)

# A pure function: tested where there is no CUDA, too.
conorm_add_unittest(RuntimeCudaPlanTests
  CudaPlanTest.cpp
  ${PROJECT_SOURCE_DIR}/runtime/lib/cuda/Plan.cpp
  LINK Conorm::Runtime ConormRuntimeHeaders_cuda)

# Loading NCCL needs neither CUDA nor NCCL: libraries that are none stand in.
conorm_add_unittest(RuntimeNcclApiTests
  NcclApiTest.cpp
  NcclStateTest.cpp
  ${PROJECT_SOURCE_DIR}/runtime/lib/cuda/NcclApi.cpp
  LINK Conorm::Runtime ConormRuntimeHeaders_cuda)
target_link_libraries(RuntimeNcclApiTests PRIVATE ${CMAKE_DL_LIBS})
foreach(kind Whole Old Partial)
  add_library(ConormNcclTest${kind} MODULE NcclTestLibrary.c)
  set_target_properties(ConormNcclTest${kind} PROPERTIES
    LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/unittests")
  string(TOUPPER ${kind} kind_upper)
  target_compile_definitions(ConormNcclTest${kind} PRIVATE
    CONORM_NCCL_TEST_${kind_upper})
  add_dependencies(RuntimeNcclApiTests ConormNcclTest${kind})
  target_compile_definitions(RuntimeNcclApiTests PRIVATE
    "CONORM_NCCL_TEST_${kind_upper}=\"$<TARGET_FILE:ConormNcclTest${kind}>\"")
endforeach()
