# The package: find_package(oofgg CONFIG), pkg-config oofgg.
# Two export sets, so that a stranger who only verifies tokens needs no gRPC on the machine.
include(CMakePackageConfigHelpers)

get_property(rooms GLOBAL PROPERTY OOFGG_ROOMS)
set(primitives oofgg_base oofgg_auth oofgg_presence oofgg_matchmaking oofgg_net_http oofgg_gameserver)
foreach(room IN LISTS rooms)
  if(room IN_LIST primitives)
    install(TARGETS ${room} EXPORT oofggPrimitives ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  elseif(room IN_LIST OOFGG_SDK_ROOMS)
    install(TARGETS ${room} EXPORT oofggSdk ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  endif()
endforeach()
