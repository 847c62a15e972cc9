# pagehaul_room(NAME SOURCES... HEADERS... PUBLIC libs... PRIVATE libs...)
# One room of the house as a static library: its public headers are a FILE_SET, so that they install into one folder and each
# is compiled alone; its private folder is visible to itself only.
set(PAGEHAUL_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
                      -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wimplicit-fallthrough
                      -Wno-missing-field-initializers)  # option structs are made with designated initializers, the rest by default

# g++ 12 sees an overlap in "text" + std::string that is not there (GCC bug 105651).
list(APPEND PAGEHAUL_WARNINGS $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)

function(pagehaul_options target)
  target_compile_options(${target} PRIVATE ${PAGEHAUL_WARNINGS} $<$<BOOL:${PAGEHAUL_WERROR}>:-Werror>)
endfunction()

function(pagehaul_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;HEADERS;PUBLIC;PRIVATE" ${ARGN})
  set(target pagehaul_${name})
  add_library(${target} STATIC ${ROOM_SOURCES})
  add_library(pagehaul::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  list(TRANSFORM ROOM_HEADERS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/include/)
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR}/include FILES ${ROOM_HEADERS})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_link_libraries(${target} PUBLIC ${ROOM_PUBLIC} PRIVATE ${ROOM_PRIVATE})
  pagehaul_options(${target})
  install(TARGETS ${target} EXPORT pagehaul ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} FILE_SET HEADERS)
endfunction()
