# vernier_embed(library NAMESPACE ns FILES symbol=path...)
#
# Adds files to a library as `ns::symbol()`, a std::string_view of the bytes, so that a binary needs no data folder;
# `ns::kAll` lists them with symbol and file stem.
# The header is <library>_resources.hpp; library is the target's name without vernier_.
function(vernier_embed library)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "NAMESPACE" "FILES")
  set(stem ${CMAKE_CURRENT_BINARY_DIR}/${library}_resources)
  set(inputs)
  foreach(entry IN LISTS arg_FILES)
    string(REGEX REPLACE "^[^=]*=" "" path "${entry}")
    list(APPEND inputs ${path})
  endforeach()
  add_custom_command(
    OUTPUT ${stem}.cpp ${stem}.hpp
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/cmake/embed.py ${stem} ${arg_NAMESPACE} ${arg_FILES}
    DEPENDS ${PROJECT_SOURCE_DIR}/cmake/embed.py ${inputs}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    COMMENT "Embedding resources of ${library}" VERBATIM)
  target_sources(vernier_${library} PRIVATE ${stem}.cpp ${stem}.hpp)
  target_include_directories(vernier_${library} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
endfunction()
