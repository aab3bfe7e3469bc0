# hiredis >= 1.0 as oofgg::hiredis: the system's where it is new enough, else the C sources in the archive that
# scripts/setup has put into the cache, checked by hash and built into our tree. Of hiredis we use the parser alone
# (docs/decisions/0017-hiredis.md). What was chosen is in OOFGG_HIREDIS_FROM: `system` or `source`.
include_guard(GLOBAL)

set(OOFGG_HIREDIS_ARCHIVE "" CACHE FILEPATH "The archive hiredis-3.5.0.tar.gz; empty: the one that scripts/setup fetched")
set(hiredis_sha256 c227592cc56b7df247abe4755c26723965be68972be2149fa441ac33d82131ba)  # As in scripts/setup.

pkg_check_modules(HIREDIS QUIET IMPORTED_TARGET GLOBAL "hiredis>=1.0")
if(HIREDIS_FOUND)
  set(OOFGG_HIREDIS_FROM system)
  add_library(oofgg::hiredis ALIAS PkgConfig::HIREDIS)
  return()
endif()

set(OOFGG_HIREDIS_FROM source)
set(archive "${OOFGG_HIREDIS_ARCHIVE}")
if(NOT archive)
  set(cache "$ENV{XDG_CACHE_HOME}")
  if(NOT cache)
    set(cache "$ENV{HOME}/.cache")
  endif()
  set(archive "${cache}/oofgg/hiredis-3.5.0.tar.gz")
endif()
set(sources "${PROJECT_BINARY_DIR}/hiredis-3.5.0/vendor/hiredis")
if(NOT EXISTS "${sources}/read.c")
  if(NOT EXISTS "${archive}")
    message(FATAL_ERROR "hiredis >= 1.0 is neither installed nor at ${archive}: run scripts/setup as the user who builds")
  endif()
  file(SHA256 "${archive}" actual)
  if(NOT actual STREQUAL hiredis_sha256)
    message(FATAL_ERROR "${archive} is not the archive we know (SHA-256 ${actual}): remove it and run scripts/setup")
  endif()
  file(ARCHIVE_EXTRACT INPUT "${archive}" DESTINATION "${PROJECT_BINARY_DIR}" PATTERNS "hiredis-3.5.0/vendor/hiredis/*")
endif()

enable_language(C)
add_library(oofgg_hiredis STATIC ${sources}/alloc.c ${sources}/read.c ${sources}/sds.c)
add_library(oofgg::hiredis ALIAS oofgg_hiredis)
set_target_properties(oofgg_hiredis PROPERTIES
  EXPORT_NAME hiredis POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden C_STANDARD 99)
target_include_directories(oofgg_hiredis SYSTEM PUBLIC $<BUILD_INTERFACE:${sources}>)
target_compile_options(oofgg_hiredis PRIVATE -w -ffunction-sections -fdata-sections)
if(OOFGG_SANITIZE)
  target_compile_options(oofgg_hiredis PRIVATE -fsanitize=${OOFGG_SANITIZE} -fno-omit-frame-pointer)
endif()
set_property(GLOBAL APPEND PROPERTY OOFGG_ROOMS oofgg_hiredis)
