# The package: find_package(oofgg CONFIG [COMPONENTS ...]) and pkg-config; docs/install.md shows both.
# Three export sets, so that who only verifies tokens needs neither gRPC nor Protobuf on the machine.
include(CMakePackageConfigHelpers)

# Each before what it uses, as a linker wants static libraries.
set(primitives_rooms oofgg_gameserver oofgg_light_presence oofgg_callbacks oofgg_net_http oofgg_matchmaking oofgg_presence oofgg_auth oofgg_base)
set(sdk_rooms oofgg_testing oofgg_client_grpc oofgg_client oofgg_storage_memory_auth oofgg_wire oofgg_proto_grpc
              oofgg_proto)
get_property(server_rooms GLOBAL PROPERTY OOFGG_ROOMS)
list(REMOVE_ITEM server_rooms ${primitives_rooms} ${sdk_rooms})
# Parts of our own programs.
list(FILTER server_rooms EXCLUDE REGEX "^oofgg_servers_")

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/oofgg)
foreach(set IN ITEMS primitives sdk server)
  install(TARGETS ${${set}_rooms} EXPORT oofgg_${set} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT oofgg_${set} NAMESPACE oofgg:: FILE oofgg_${set}.cmake DESTINATION ${package_dir})
endforeach()

# Headers. Generated code and the insides of the rooms each have a root of their own below oofgg/, which only
# the targets that offer them put on the include path.
set(stubs_includedir ${CMAKE_INSTALL_INCLUDEDIR}/oofgg/stubs)
set(server_includedir ${CMAKE_INSTALL_INCLUDEDIR}/oofgg/server)
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY proto/ DESTINATION ${CMAKE_INSTALL_DATADIR}/oofgg/proto FILES_MATCHING PATTERN "*.proto")
install(DIRECTORY ${OOFGG_GENERATED_DIR}/ DESTINATION ${stubs_includedir} FILES_MATCHING PATTERN "*.h")
install(DIRECTORY src/ DESTINATION ${server_includedir} FILES_MATCHING PATTERN "*.h")
target_include_directories(oofgg_proto INTERFACE $<INSTALL_INTERFACE:${stubs_includedir}>)
target_include_directories(oofgg_proto_grpc INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
foreach(room IN LISTS server_rooms)
  target_include_directories(${room} INTERFACE $<INSTALL_INTERFACE:${server_includedir}>)
endforeach()

if(OOFGG_BUILD_SERVERS)
  install(TARGETS oofgg oofgg-auth oofgg-game oofgg-maker RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
# `oofgg up` starts the arena that lies beside it, unless it is told of another game server.
if(OOFGG_BUILD_EXAMPLES)
  install(TARGETS oofgg-arena oofgg-player RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# The configuration file of find_package.
configure_package_config_file(cmake/oofggConfig.cmake.in ${PROJECT_BINARY_DIR}/oofggConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/oofggConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/oofggConfig.cmake ${PROJECT_BINARY_DIR}/oofggConfigVersion.cmake
  DESTINATION ${package_dir})

# pkg-config: oofgg-primitives needs no gRPC, oofgg is the SDK on top of it.
foreach(set IN ITEMS primitives sdk)
  list(TRANSFORM ${set}_rooms PREPEND "-l" OUTPUT_VARIABLE ${set}_libs)
  list(JOIN ${set}_libs " " ${set}_libs)
endforeach()
# The prefix is told from where the file lies, since it is often chosen only when installing.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH up_to_prefix /${pkgconfig_dir} /)
string(REGEX REPLACE "/$" "" up_to_prefix "${up_to_prefix}")
foreach(package IN ITEMS oofgg-primitives oofgg)
  configure_file(cmake/${package}.pc.in ${PROJECT_BINARY_DIR}/${package}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${package}.pc DESTINATION ${pkgconfig_dir})
endforeach()
