# mlcommons::loadgen: MLCommons LoadGen, a static library built from its unmodified source distribution below .deps/
# (cmake/archives-pypi.txt, fetched by cmake/setup.sh). Its own CMakeLists cannot be a sub-project and is not in the
# distribution; the sources need C++14 and threads only, and the distribution carries the generated version file.
file(STRINGS ${PROJECT_SOURCE_DIR}/cmake/archives-pypi.txt _archives REGEX "^mlcommons-loadgen ")
string(REGEX MATCH "^([^ ]+) ([^ ]+)" _ "${_archives}")
set(VERNIER_LOADGEN_VERSION ${CMAKE_MATCH_2})
set(_home ${PROJECT_SOURCE_DIR}/.deps/mlcommons-loadgen-${VERNIER_LOADGEN_VERSION})
if(NOT EXISTS ${_home}/.complete)
  message(FATAL_ERROR "mlcommons-loadgen ${VERNIER_LOADGEN_VERSION} is not in .deps/: run cmake/setup.sh")
endif()

add_library(mlcommons_loadgen STATIC
  ${_home}/early_stopping.cc ${_home}/issue_query_controller.cc ${_home}/loadgen.cc ${_home}/logging.cc
  ${_home}/results.cc ${_home}/test_settings_internal.cc ${_home}/utils.cc ${_home}/version.cc
  ${_home}/generated/version_generated.cc)
add_library(mlcommons::loadgen ALIAS mlcommons_loadgen)
set_target_properties(mlcommons_loadgen PROPERTIES CXX_STANDARD 14 POSITION_INDEPENDENT_CODE ON)
target_include_directories(mlcommons_loadgen SYSTEM PUBLIC ${_home})
target_compile_definitions(mlcommons_loadgen PUBLIC VERNIER_LOADGEN_VERSION="${VERNIER_LOADGEN_VERSION}")
target_compile_options(mlcommons_loadgen PRIVATE -w)
target_link_libraries(mlcommons_loadgen PUBLIC Threads::Threads)
