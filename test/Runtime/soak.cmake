# conorm-soak: see soak.cpp. A few hundred calls run in the suite (soak.test).
if(TARGET ConormRuntime)
  add_executable(conorm-soak
    ${CMAKE_CURRENT_LIST_DIR}/soak.cpp
    ${CMAKE_CURRENT_LIST_DIR}/soakCall.cpp
    ${CMAKE_CURRENT_LIST_DIR}/soakQuantize.cpp)
  target_link_libraries(conorm-soak PRIVATE ConormProcess ConormReference
    ConormRuntime)
  # The suite builds what this property names.
  set_property(GLOBAL APPEND PROPERTY CONORM_UNITTESTS conorm-soak)
endif()
