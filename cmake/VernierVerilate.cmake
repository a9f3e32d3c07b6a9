# vernier_verilate(name TOP module SOURCES files... [PARAMETERS N=V...] [FLAGS ...])
#
# Verilates one module into the static library target `name` (class V<name>, header V<name>.h), compiled by clang,
# whose SLP vectoriser makes array code several times faster than g++ does. Assertions are on.
find_program(VERNIER_VERILATOR verilator REQUIRED)
find_program(VERNIER_SIM_CXX NAMES clang++-14 clang++ REQUIRED)
set(VERNIER_SIM_CXXFLAGS "-O3 -march=${VERNIER_SIM_MARCH}" CACHE INTERNAL "flags of Verilated code")
set(VERNIER_SIM_SLOWFLAGS "-O1" CACHE INTERNAL "flags of Verilated code that runs once")
# USERFATAL: a parameter that an elaboration check refuses ends the build, other warnings do not
# --unroll-count: loops stay loops (what vectorises), generate loops to 64 still unroll
set(VERNIER_VERILATOR_FLAGS --cc --assert -O3 --x-assign fast --x-initial fast
    -Wall -Wno-fatal -Werror-USERFATAL CACHE INTERNAL "flags of every Verilator run")

execute_process(COMMAND ${VERNIER_VERILATOR} --getenv VERILATOR_ROOT OUTPUT_VARIABLE VERNIER_VERILATOR_ROOT
                OUTPUT_STRIP_TRAILING_WHITESPACE)

# Verilator's own run-time support, compiled once for all models
add_library(vernier_verilated_runtime STATIC ${VERNIER_VERILATOR_ROOT}/include/verilated.cpp
            ${VERNIER_VERILATOR_ROOT}/include/verilated_threads.cpp)
target_include_directories(vernier_verilated_runtime SYSTEM PUBLIC ${VERNIER_VERILATOR_ROOT}/include
                           ${VERNIER_VERILATOR_ROOT}/include/vltstd)
target_compile_options(vernier_verilated_runtime PRIVATE -w)
set_target_properties(vernier_verilated_runtime PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_link_libraries(vernier_verilated_runtime PUBLIC Threads::Threads)

function(vernier_verilate name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TOP" "SOURCES;PARAMETERS;FLAGS")
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/${name}.dir)
  set(parameters)
  foreach(p IN LISTS arg_PARAMETERS)
    list(APPEND parameters -G${p})
  endforeach()
  list(TRANSFORM arg_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/ REGEX "^[^/]" OUTPUT_VARIABLE sources)
  set(archive ${dir}/V${name}__ALL.a)
  add_custom_command(
    OUTPUT ${archive}
    COMMAND ${VERNIER_VERILATOR} ${VERNIER_VERILATOR_FLAGS} ${arg_FLAGS} --top-module ${arg_TOP} --prefix V${name}
            --Mdir ${dir} -I${PROJECT_SOURCE_DIR}/rtl/prim ${PROJECT_SOURCE_DIR}/rtl/lint/vernier.vlt
            ${parameters} ${VERNIER_SPEC_SV} ${sources}
    COMMAND make -s -C ${dir} -f V${name}.mk V${name}__ALL.a
            "CXX=${VERNIER_CCACHE} ${VERNIER_SIM_CXX}" "OPT_FAST=${VERNIER_SIM_CXXFLAGS}" "OPT_SLOW=${VERNIER_SIM_SLOWFLAGS}" "OPT_GLOBAL=-O2"
            "USER_CPPFLAGS=-fPIC"
    DEPENDS ${sources} ${VERNIER_SPEC_SV} ${PROJECT_SOURCE_DIR}/rtl/lint/vernier.vlt ${PROJECT_SOURCE_DIR}/rtl/prim/vrn_assert.svh
    COMMENT "Verilating ${arg_TOP} ${arg_PARAMETERS}" VERBATIM)
  add_custom_target(${name}_verilated DEPENDS ${archive})
  add_library(${name} INTERFACE)
  add_dependencies(${name} ${name}_verilated)
  target_include_directories(${name} SYSTEM INTERFACE ${dir})
  target_link_libraries(${name} INTERFACE ${archive} vernier_verilated_runtime)
endfunction()
