# Packages that everything may use. Each comes from Debian or from .deps/ (cmake/setup.sh).
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS context)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ZLIB REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Catch2 2 REQUIRED)
find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(ONNX REQUIRED CONFIG)
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)

# header-only, without a usable package file in every release
foreach(header tl/expected.hpp toml.hpp rapidcheck.h)
  find_path(_have_${header} ${header})
  if(NOT _have_${header})
    message(FATAL_ERROR "header ${header} not found: run cmake/setup.sh")
  endif()
endforeach()

file(STRINGS ${PROJECT_SOURCE_DIR}/cmake/archives.txt _archives REGEX "^[^#]")
foreach(line IN LISTS _archives)
  string(REGEX MATCH "^([^ ]+) ([^ ]+)" _ "${line}")
  set(home ${PROJECT_SOURCE_DIR}/.deps/${CMAKE_MATCH_1}-${CMAKE_MATCH_2})
  if(NOT EXISTS ${home}/.complete)
    message(FATAL_ERROR "${CMAKE_MATCH_1} ${CMAKE_MATCH_2} is not in .deps/: run cmake/setup.sh")
  endif()
  string(MAKE_C_IDENTIFIER "${CMAKE_MATCH_1}" _id)
  set(VERNIER_${_id}_HOME ${home})
endforeach()

add_library(vernier_dep_onnxruntime SHARED IMPORTED GLOBAL)
add_library(onnxruntime::onnxruntime ALIAS vernier_dep_onnxruntime)
set_target_properties(vernier_dep_onnxruntime PROPERTIES
  IMPORTED_LOCATION ${VERNIER_com_github_asus4_onnxruntime_HOME}/lib/libonnxruntime.so.1
  INTERFACE_INCLUDE_DIRECTORIES ${VERNIER_com_github_asus4_onnxruntime_HOME}/include)
