# Compiler launchers, linkers, warnings, sanitizers, and what is detected.

include(CheckLanguage)
include(CheckLinkerFlag)

find_program(CONORM_CCACHE ccache)
mark_as_advanced(CONORM_CCACHE)
if(CONORM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${CONORM_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CONORM_CCACHE}")
  set(CMAKE_CUDA_COMPILER_LAUNCHER "${CONORM_CCACHE}")
endif()

# How this project is developed is no business of one that contains it.
if(PROJECT_IS_TOP_LEVEL)
  # A linker faster than the default one saves seconds on each tool.
  foreach(linker mold lld)
    check_linker_flag(CXX "-fuse-ld=${linker}" CONORM_HAVE_${linker})
    if(CONORM_HAVE_${linker})
      add_link_options("-fuse-ld=${linker}")
      break()
    endif()
  endforeach()
  # nvcc has other names for these.
  add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:-Wall;-Wextra>")
endif()
# Undefined symbols in our own shared libraries are found at link time.
# Sanitizer runtimes are resolved by the program, so they cannot be.
if(CONORM_USE_SANITIZER)
  list(JOIN CONORM_USE_SANITIZER "," CONORM_SANITIZER_LIST)
  set(CONORM_SANITIZER_FLAGS "-fsanitize=${CONORM_SANITIZER_LIST}"
    -fno-omit-frame-pointer)
  if("undefined" IN_LIST CONORM_USE_SANITIZER)
    list(APPEND CONORM_SANITIZER_FLAGS -fno-sanitize-recover=undefined)
  endif()
  add_compile_options(
    "$<$<COMPILE_LANGUAGE:C,CXX>:${CONORM_SANITIZER_FLAGS}>")
  add_link_options(${CONORM_SANITIZER_FLAGS})
elseif(PROJECT_IS_TOP_LEVEL)
  add_link_options("LINKER:-z,defs")
endif()

# Detected now, so that the tests can say what was left out and why.
set(CONORM_HAVE_CUDA OFF)
if(NOT CONORM_ENABLE_CUDA STREQUAL "OFF")
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    set(CONORM_HAVE_CUDA ON)
  elseif(CONORM_ENABLE_CUDA STREQUAL "ON")
    message(FATAL_ERROR "CONORM_ENABLE_CUDA is ON but no CUDA compiler was found")
  endif()
endif()

set(CONORM_HAVE_MPI OFF)
if(NOT CONORM_ENABLE_MPI STREQUAL "OFF")
  find_package(MPI QUIET COMPONENTS C)
  if(MPI_C_FOUND)
    set(CONORM_HAVE_MPI ON)
  elseif(CONORM_ENABLE_MPI STREQUAL "ON")
    message(FATAL_ERROR "CONORM_ENABLE_MPI is ON but no MPI was found")
  endif()
endif()

message(STATUS "Conorm: CUDA ${CONORM_HAVE_CUDA}, MPI ${CONORM_HAVE_MPI}, "
  "sanitizers '${CONORM_USE_SANITIZER}'")
