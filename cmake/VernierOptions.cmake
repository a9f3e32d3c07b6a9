# Compiler set-up as interface targets: vernier::warnings, vernier::sanitizers; ccache; the machine check.
option(VERNIER_WERROR "Warnings are errors" OFF)
set(VERNIER_SANITIZE "" CACHE STRING "Sanitizers for all project code, for instance address,undefined")

find_program(VERNIER_CCACHE ccache)
if(VERNIER_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${VERNIER_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${VERNIER_CCACHE}")
endif()

add_library(vernier_warnings INTERFACE)
add_library(vernier::warnings ALIAS vernier_warnings)
target_compile_options(vernier_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow
                       $<$<BOOL:${VERNIER_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(vernier_warnings INTERFACE -Wno-restrict)  # false alarm on std::string = "literal": GCC bug 105651
endif()
# Code without a hot loop: at -O3 the inline code of its headers (JSON, CLI11) makes for the longest compiles of the tree.
set(VERNIER_GLUE_OPTIONS $<$<CONFIG:Release>:-O1>)
# Who runs HLS kernels need not know the pragmas of the HLS compiler and the labels they address.
set(VERNIER_KERNEL_OPTIONS -Wno-unknown-pragmas -Wno-unused-label)
if(VERNIER_SANITIZE)
  target_compile_options(vernier_warnings INTERFACE -fsanitize=${VERNIER_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(vernier_warnings INTERFACE -fsanitize=${VERNIER_SANITIZE})
endif()

# Verilated code runs several times faster with AVX2 (SLP-vectorised array); checked, never assumed.
file(READ /proc/cpuinfo _cpuinfo LIMIT 65536)
if(_cpuinfo MATCHES " avx2 " AND _cpuinfo MATCHES " bmi2 " AND _cpuinfo MATCHES " fma ")
  set(VERNIER_SIM_MARCH x86-64-v3)
else()
  set(VERNIER_SIM_MARCH x86-64)
endif()
