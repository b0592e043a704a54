# What find_package(Conorm) needs. Targets, headers and programs are installed
# where they are defined; this is the package around them.

include(CMakePackageConfigHelpers)

set(CONORM_INSTALL_CMAKEDIR "${CMAKE_INSTALL_LIBDIR}/cmake/Conorm")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/conorm"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.h" PATTERN "*.td" PATTERN "*.pdll")
install(DIRECTORY "${PROJECT_BINARY_DIR}/include/conorm"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.h" PATTERN "*.inc"
  PATTERN "CMakeFiles" EXCLUDE)

install(EXPORT ConormTargets
  NAMESPACE Conorm::
  DESTINATION "${CONORM_INSTALL_CMAKEDIR}")
set(CONORM_COMPONENTS Runtime Compiler)
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/ConormConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/cmake/ConormConfig.cmake"
  INSTALL_DESTINATION "${CONORM_INSTALL_CMAKEDIR}")
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/cmake/ConormConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/cmake/ConormConfig.cmake"
  "${PROJECT_BINARY_DIR}/cmake/ConormConfigVersion.cmake"
  DESTINATION "${CONORM_INSTALL_CMAKEDIR}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/conorm")

# The documents lie to each other as they do here, so that their links hold.
install(FILES
  "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
  "${PROJECT_SOURCE_DIR}/LICENSE"
  "${PROJECT_SOURCE_DIR}/README.md"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs" "${PROJECT_SOURCE_DIR}/examples"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}")
# How a compiler links the dialects, with a pattern of its own, and how a C
# program links the runtime.
install(DIRECTORY
  "${PROJECT_SOURCE_DIR}/test/Install/Inputs/consumer"
  "${PROJECT_SOURCE_DIR}/test/Install/Inputs/runtime-consumer"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples")
