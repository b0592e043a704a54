# conorm-fuzz-text: the target of the text fuzzer. Under libFuzzer (the preset
# `fuzz`) it fuzzes; elsewhere it runs the files it is given, as the suite does.
add_executable(conorm-fuzz-text
  ${CMAKE_CURRENT_LIST_DIR}/TextFuzzer.cpp
  ${CMAKE_CURRENT_LIST_DIR}/UpstreamFaults.cpp)
if("fuzzer-no-link" IN_LIST CONORM_USE_SANITIZER)
  target_sources(conorm-fuzz-text PRIVATE
    ${CMAKE_CURRENT_LIST_DIR}/TextMutator.cpp)
  target_link_options(conorm-fuzz-text PRIVATE -fsanitize=fuzzer)
else()
  target_sources(conorm-fuzz-text PRIVATE
    ${CMAKE_CURRENT_LIST_DIR}/TextMain.cpp)
endif()
target_link_libraries(conorm-fuzz-text PRIVATE Conorm)
# See lib/StatisticABI.h: pass managers hold statistics.
target_compile_options(conorm-fuzz-text PRIVATE
  "SHELL:-include ${PROJECT_SOURCE_DIR}/lib/StatisticABI.h")
# The suite builds what this property names.
set_property(GLOBAL APPEND PROPERTY CONORM_UNITTESTS conorm-fuzz-text)

# conorm-fuzz: random modules, fused and unfused, against their source.
add_executable(conorm-fuzz
  ${CMAKE_CURRENT_LIST_DIR}/Campaign.cpp
  ${CMAKE_CURRENT_LIST_DIR}/Check.cpp
  ${CMAKE_CURRENT_LIST_DIR}/Data.cpp
  ${CMAKE_CURRENT_LIST_DIR}/Evaluator.cpp
  ${CMAKE_CURRENT_LIST_DIR}/EvaluatorRuntime.cpp
  ${CMAKE_CURRENT_LIST_DIR}/FunctionGenerator.cpp
  ${CMAKE_CURRENT_LIST_DIR}/Generator.cpp
  ${CMAKE_CURRENT_LIST_DIR}/LoopGenerator.cpp
  ${CMAKE_CURRENT_LIST_DIR}/QuantizeGenerator.cpp
  ${CMAKE_CURRENT_LIST_DIR}/ReshapeGenerator.cpp
  ${CMAKE_CURRENT_LIST_DIR}/Scalars.cpp
  ${CMAKE_CURRENT_LIST_DIR}/SiteGenerator.cpp
  ${CMAKE_CURRENT_LIST_DIR}/Variants.cpp
  ${CMAKE_CURRENT_LIST_DIR}/World.cpp
  ${CMAKE_CURRENT_LIST_DIR}/Writer.cpp
  ${CMAKE_CURRENT_LIST_DIR}/fuzz.cpp)
target_link_libraries(conorm-fuzz PRIVATE Conorm ConormRuntime)
target_include_directories(conorm-fuzz PRIVATE
  "${PROJECT_SOURCE_DIR}/lib/Target"
  "${PROJECT_SOURCE_DIR}/runtime/lib/common")
target_compile_options(conorm-fuzz PRIVATE
  "SHELL:-include ${PROJECT_SOURCE_DIR}/lib/StatisticABI.h")
set_property(GLOBAL APPEND PROPERTY CONORM_UNITTESTS conorm-fuzz)
