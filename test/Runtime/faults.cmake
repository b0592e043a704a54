# conorm-faults: see faults.cpp. A few faults of each kind run in the suite
# (faults.test); `conorm-faults --count 50` is the full claim.
add_executable(conorm-faults
  ${CMAKE_CURRENT_LIST_DIR}/faults.cpp
  ${CMAKE_CURRENT_LIST_DIR}/faultsRank.cpp)
target_link_libraries(conorm-faults PRIVATE ConormProcess ConormRuntime)
# The suite builds what this property names.
set_property(GLOBAL APPEND PROPERTY CONORM_UNITTESTS conorm-faults)
