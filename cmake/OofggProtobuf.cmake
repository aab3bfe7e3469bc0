# Generated code from the .proto files under proto/. Include once, from the root CMakeLists.txt, so
# that the imported targets it finds are seen everywhere.
#
#   oofgg_add_proto_library(<target> PROTOS <file>...)
#
# makes the static library <target> of the messages in the named files (relative to proto/), for #include
# "v1/std/regions.pb.h" and the like by whoever links it. Each file may be in one library only;
# a library whose files import another's links that one: target_link_libraries(<target> PUBLIC ...).
#
#   oofgg_add_grpc_library(<target> MESSAGES <proto library> PROTOS <file>...)
#
# makes the stubs ("....grpc.pb.h") of files that each declare a service, and links gRPC: a target of its
# own, so that who needs the messages alone does not link it.
#
# The target's property OOFGG_GENERATED_HEADERS lists the headers, for installing them.

include_guard(GLOBAL)

# Module mode, and before gRPC: gRPC's config would look for a protobuf config Debian lacks.
find_package(Protobuf MODULE REQUIRED)
find_package(gRPC CONFIG)
find_program(OOFGG_PERL perl REQUIRED)
mark_as_advanced(OOFGG_PERL)

set(OOFGG_PROTO_DIR "${CMAKE_CURRENT_LIST_DIR}/../proto")
cmake_path(NORMAL_PATH OOFGG_PROTO_DIR)
set(OOFGG_GENERATED_DIR "${CMAKE_BINARY_DIR}/generated")
set(OOFGG_PROTOBUF_TSAN_HEADER "${CMAKE_CURRENT_LIST_DIR}/protobuf_tsan.h")

# Package v1.std becomes namespace v1::std, which hides ::std from all code inside v1. A std:: that
# nothing qualifies is always meant to be the standard library's.
set(OOFGG_QUALIFY_STD [[s/(?<![:\w])std::/::std::/g]])

# _oofgg_generate(<target> SUFFIX <.pb|.grpc.pb> FLAGS <flag>... PROTOS <file>...): what both libraries share.
function(_oofgg_generate target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SUFFIX" "FLAGS;PROTOS")
  file(MAKE_DIRECTORY "${OOFGG_GENERATED_DIR}")
  set(all_sources "")
  set(all_headers "")
  foreach(proto IN LISTS arg_PROTOS)
    set(input "${OOFGG_PROTO_DIR}/${proto}")
    cmake_path(REMOVE_EXTENSION proto LAST_ONLY OUTPUT_VARIABLE stem)
    set(out "${OOFGG_GENERATED_DIR}/${stem}${arg_SUFFIX}")

    # Sorted as protoc sorts them in the depfile (.cc before .h): Ninja takes a file whose first output is
    # another for no depfile at all, and would run protoc on every build.
    set(outputs "${out}.cc" "${out}.h")
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND protobuf::protoc "-I${OOFGG_PROTO_DIR}" ${arg_FLAGS} "--dependency_out=${out}.d" "${input}"
      COMMAND "${OOFGG_PERL}" -pi -e "${OOFGG_QUALIFY_STD}" ${outputs}
      DEPENDS "${input}"
      DEPFILE "${out}.d"  # What it imports.
      COMMENT "protoc ${stem}${arg_SUFFIX}"
      VERBATIM)
    list(APPEND all_sources "${out}.cc")
    list(APPEND all_headers "${out}.h")
  endforeach()

  add_library(${target} STATIC ${all_sources} ${all_headers})
  target_compile_features(${target} PUBLIC cxx_std_17)
  target_compile_options(${target} PRIVATE -w -ffunction-sections -fdata-sections)
  # SYSTEM: the warnings and clang-tidy of those who include it stay out of it.
  target_include_directories(
    ${target} SYSTEM PUBLIC "$<BUILD_INTERFACE:${OOFGG_GENERATED_DIR}>")
  set_target_properties(
    ${target}
    PROPERTIES POSITION_INDEPENDENT_CODE ON
               CXX_CLANG_TIDY ""
               OOFGG_GENERATED_HEADERS "${all_headers}")
  if(arg_SUFFIX STREQUAL .pb)
    set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)  # Each has a `schemas` of its own.
  endif()
endfunction()

function(oofgg_add_proto_library target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "PROTOS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_PROTOS)
    message(FATAL_ERROR "usage: oofgg_add_proto_library(<target> PROTOS <file>...)")
  endif()
  _oofgg_generate(${target} SUFFIX .pb FLAGS "--cpp_out=${OOFGG_GENERATED_DIR}" PROTOS ${arg_PROTOS})
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf)
  if(OOFGG_SANITIZE MATCHES "thread")
    target_compile_options(${target} INTERFACE "SHELL:-include ${OOFGG_PROTOBUF_TSAN_HEADER}")
  endif()
endfunction()

function(oofgg_add_grpc_library target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MESSAGES" "PROTOS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_PROTOS OR NOT arg_MESSAGES)
    message(FATAL_ERROR "usage: oofgg_add_grpc_library(<target> MESSAGES <proto library> PROTOS <file>...)")
  endif()
  if(NOT TARGET gRPC::grpc++)
    message(FATAL_ERROR "${target} needs gRPC: apt install libgrpc++-dev protobuf-compiler-grpc")
  endif()
  _oofgg_generate(${target} SUFFIX .grpc.pb
    FLAGS "--plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>" "--grpc_out=${OOFGG_GENERATED_DIR}"
    PROTOS ${arg_PROTOS})
  target_link_libraries(${target} PUBLIC ${arg_MESSAGES} gRPC::grpc++)
endfunction()
