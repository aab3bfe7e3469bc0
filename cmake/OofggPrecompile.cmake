# Headers that nearly every source of a kind reads are parsed once per build tree, where it is built whole. The preset
# `debug`, as which clang-tidy reads sources too, does without, so that a source that forgets an include is found there.
option(OOFGG_PRECOMPILE "Precompile the headers that rooms and programs share (tests always do)" OFF)

# One header serves sources with and without -pthread only if it has it too. The three warnings: gcc 12 forgets which
# of the precompiled headers are the system's, and warns in them; `debug` keeps them.
add_library(oofgg_precompiled_flags INTERFACE)
target_compile_options(oofgg_precompiled_flags INTERFACE -pthread
  $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-stringop-overread -Wno-stringop-overflow>)

# oofgg_precompile(<kind> HEADERS ... DEPS ...): a target of nothing but the precompiled headers of `kind`.
function(oofgg_precompile kind)
  cmake_parse_arguments(ARG "PIC" "" "HEADERS;DEPS" ${ARGN})
  set(source ${PROJECT_BINARY_DIR}/precompiled/${kind}.cc)
  file(CONFIGURE OUTPUT ${source} CONTENT "")
  add_library(oofgg_precompiled_${kind} OBJECT EXCLUDE_FROM_ALL ${source})
  set_target_properties(oofgg_precompiled_${kind} PROPERTIES
    POSITION_INDEPENDENT_CODE ${ARG_PIC} CXX_EXTENSIONS OFF)
  target_compile_features(oofgg_precompiled_${kind} PRIVATE cxx_std_20)
  target_link_libraries(oofgg_precompiled_${kind} PRIVATE ${ARG_DEPS} oofgg_build_flags oofgg_precompiled_flags)
  target_precompile_headers(oofgg_precompiled_${kind} PRIVATE ${ARG_HEADERS})
endfunction()

# oofgg_use_precompiled(<target> <kind>): of headers that stand in no tree of ours, so nothing else changes for it.
function(oofgg_use_precompiled target kind)
  if(TARGET oofgg_precompiled_${kind})
    target_precompile_headers(${target} REUSE_FROM oofgg_precompiled_${kind})
    # So that ccache sees the header in what the preprocessor leaves.
    target_compile_options(${target} PRIVATE -fpch-preprocess)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:oofgg_precompiled_flags>)
  endif()
endfunction()
