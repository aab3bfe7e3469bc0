# The few shapes a target of ours can have. A room is a static library `oofgg_<room>`, known inside
# and after installation as `oofgg::<room>`.

# Our warnings and sanitizers, PRIVATE to our own code: a guest does not rearrange the furniture.
# -Wrestrict is off for gcc: version 12 raises it for `"x" + std::string(...)` when optimising (its bug 105651).
add_library(oofgg_build_flags INTERFACE)
target_compile_options(oofgg_build_flags INTERFACE
  -ffunction-sections -fdata-sections
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${OOFGG_WERROR}>:-Werror>)
# What a source keeps to itself is taken for a header's where several are compiled as one.
if(OOFGG_UNITY)
  target_compile_options(oofgg_build_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
if(OOFGG_SANITIZE)
  target_compile_options(oofgg_build_flags INTERFACE
    -fsanitize=${OOFGG_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  # ASan sees what comes of a null pointer or of an object of another class, so UBSan need not ask before each use.
  if(OOFGG_SANITIZE MATCHES undefined)
    target_compile_options(oofgg_build_flags INTERFACE -fno-sanitize=null,vptr)
  endif()
  target_link_options(oofgg_build_flags INTERFACE -fsanitize=${OOFGG_SANITIZE})
  # gcc's TSan does not know the fences in Asio, which stand beside locks that it does know.
  if(OOFGG_SANITIZE MATCHES thread)
    target_compile_options(oofgg_build_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  endif()
endif()

# What a test or program compiles itself is built to be built quickly where it is only tested. UBSan is left to the
# rooms, and ASan asks its runtime instead of unfolding each check: a third less to compile, for slower tests.
add_library(oofgg_hasty_flags INTERFACE)
if(OOFGG_SANITIZE)
  target_compile_options(oofgg_hasty_flags INTERFACE -O0)
  if(OOFGG_SANITIZE MATCHES undefined)
    target_compile_options(oofgg_hasty_flags INTERFACE -fno-sanitize=undefined)
  endif()
  if(OOFGG_SANITIZE MATCHES address AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(oofgg_hasty_flags INTERFACE "SHELL:--param asan-instrumentation-with-call-threshold=0")
  endif()
endif()
add_library(oofgg_test_flags INTERFACE)
target_link_libraries(oofgg_test_flags INTERFACE oofgg_hasty_flags)
if(NOT OOFGG_SANITIZE)
  target_compile_options(oofgg_test_flags INTERFACE $<$<CONFIG:Release>:-O1>)
endif()

# What each program of ours needs in its environment when it runs as a test.
set(OOFGG_TEST_ENVIRONMENT "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan.supp")

# Programs are small as built: no symbols, and nothing that no path reaches. For a debugger there is `debug`.
add_library(oofgg_program_flags INTERFACE)
target_link_libraries(oofgg_program_flags INTERFACE oofgg_hasty_flags)
target_link_options(oofgg_program_flags INTERFACE $<$<CONFIG:Release>:-s> LINKER:--gc-sections)

set(OOFGG_COMMON_HEADERS
  <algorithm> <chrono> <condition_variable> <deque> <functional> <memory> <mutex> <optional> <string> <thread>
  <unordered_map> <variant> <vector> <absl/functional/any_invocable.h> <absl/status/statusor.h>)
if(OOFGG_PRECOMPILE)
  oofgg_precompile(room PIC HEADERS ${OOFGG_COMMON_HEADERS} DEPS absl::statusor absl::any_invocable)
  oofgg_precompile(program HEADERS ${OOFGG_COMMON_HEADERS} <CLI/CLI.hpp> <nlohmann/json.hpp>
    DEPS absl::statusor absl::any_invocable CLI11::CLI11 nlohmann_json::nlohmann_json oofgg_program_flags)
endif()
if(OOFGG_BUILD_TESTS)
  oofgg_precompile(test HEADERS ${OOFGG_COMMON_HEADERS} <gmock/gmock.h> <gtest/gtest.h>
    DEPS absl::statusor absl::any_invocable GTest::gmock_main oofgg_test_flags)
endif()

# oofgg_add_library(<room> SOURCES ... [PUBLIC_DEPS ...] [PRIVATE_DEPS ...] [HEADER_DEPS ...] [CLIENT_SIDE])
# HEADER_DEPS are header-only and ours alone: who links the installed room need not have them.
# CLIENT_SIDE rooms are what a game links: they must build without exceptions and RTTI.
function(oofgg_add_library room)
  cmake_parse_arguments(ARG "CLIENT_SIDE" "" "SOURCES;PUBLIC_DEPS;PRIVATE_DEPS;HEADER_DEPS" ${ARGN})
  set(target oofgg_${room})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(oofgg::${room} ALIAS ${target})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${room} POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON CXX_EXTENSIONS OFF)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PUBLIC ${ARG_PUBLIC_DEPS}
    PRIVATE ${ARG_PRIVATE_DEPS} $<BUILD_INTERFACE:oofgg_build_flags>)
  foreach(dependency IN LISTS ARG_HEADER_DEPS)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${dependency}>)
  endforeach()
  if(ARG_CLIENT_SIDE AND OOFGG_NO_EXCEPTIONS)
    target_compile_options(${target} PRIVATE -fno-exceptions -fno-rtti)
  endif()
  oofgg_use_precompiled(${target} room)
  oofgg_is_shipped(${target})
  set_property(GLOBAL APPEND PROPERTY OOFGG_ROOMS ${target})
endfunction()

# oofgg_optimise_for_size(<target>...): what waits for disks and networks, reads settings, or translates a message a
# call. Unrolled it takes a fifth of a program more, and nobody is faster. Its flags are not those of the precompiled headers.
function(oofgg_optimise_for_size)
  foreach(target IN LISTS ARGN)
    if(CMAKE_BUILD_TYPE STREQUAL Release)
      target_compile_options(${target} PRIVATE -Os)
      set_target_properties(${target} PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
    endif()
  endforeach()
endfunction()

# oofgg_build_on_demand(<program> <sanitizer>...): no test runs it under these; who wants it there names it.
function(oofgg_build_on_demand program)
  foreach(sanitizer IN LISTS ARGN)
    if(OOFGG_SANITIZE MATCHES ${sanitizer})
      set_target_properties(${program} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
  endforeach()
endfunction()

# What the whole of scripts/test builds of the release tree: what is shipped, its benchmarks, the tests that want it,
# and those of programs, which the other trees borrow.
if(NOT OOFGG_SANITIZE)
  add_custom_target(oofgg_shipped)
endif()
function(oofgg_is_shipped)
  if(TARGET oofgg_shipped)
    add_dependencies(oofgg_shipped ${ARGN})
  endif()
endfunction()

# oofgg_add_program(<name> SOURCES ... DEPS ...): a program in <build>/bin.
function(oofgg_add_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin CXX_EXTENSIONS OFF)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} oofgg_build_flags oofgg_program_flags)
  oofgg_optimise_for_size(${name})
  oofgg_build_on_demand(${name} thread)
  oofgg_is_shipped(${name})
endfunction()

# oofgg_add_test(<ctest name> SOURCES ... DEPS ... [LABELS ...] [ENVIRONMENT ...] [TIMEOUT seconds] [ONE_THREAD]
#                [AS_SHIPPED | ONLY_AS_SHIPPED]):
# one GoogleTest program. Names are <kind>.<subject>, such as unit.auth or conformance.user_store. ONE_THREAD: nothing
# in it runs beside anything else, so that ThreadSanitizer could find nothing in it, and does not build it.
# The whole of scripts/test runs a test under sanitizers, and not once more in the release tree, where it is labelled
# so, unless it is worth running AS_SHIPPED too (ten thousand histories), or only so (what holds a server to time).
function(oofgg_add_test name)
  cmake_parse_arguments(ARG "ONE_THREAD;AS_SHIPPED;ONLY_AS_SHIPPED" "TIMEOUT" "SOURCES;DEPS;LABELS;ENVIRONMENT" ${ARGN})
  if((ARG_ONE_THREAD AND OOFGG_SANITIZE MATCHES thread) OR (ARG_ONLY_AS_SHIPPED AND OOFGG_SANITIZE))
    return()
  endif()
  string(REPLACE "." "_" target test_${name})
  set(name ${OOFGG_TEST_PREFIX}${name})
  if(tests_of_programs AND OOFGG_TESTS_OF_PROGRAMS)
    add_custom_target(${target} ALL)  # For those who want it to depend on programs.
    add_test(NAME ${name} COMMAND ${OOFGG_TESTS_OF_PROGRAMS}/${target})
  else()
    add_executable(${target} ${ARG_SOURCES})
    set_target_properties(${target} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests CXX_EXTENSIONS OFF)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} PRIVATE ${ARG_DEPS} GTest::gmock_main oofgg_build_flags oofgg_test_flags)
    oofgg_use_precompiled(${target} test)
    add_test(NAME ${name} COMMAND ${target})
  endif()
  if(tests_of_programs OR ARG_AS_SHIPPED OR ARG_ONLY_AS_SHIPPED)
    oofgg_is_shipped(${target})
  endif()
  if(NOT OOFGG_SANITIZE AND NOT ARG_AS_SHIPPED AND NOT ARG_ONLY_AS_SHIPPED)
    list(APPEND ARG_LABELS sanitized)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  math(EXPR ARG_TIMEOUT "3 * ${ARG_TIMEOUT}")  # It only ends what hangs, and machines may be slow.
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
    ENVIRONMENT "OOFGG_BIN_DIR=${PROJECT_BINARY_DIR}/bin;${ARG_ENVIRONMENT};${OOFGG_TEST_ENVIRONMENT}")
endfunction()

# oofgg_add_benchmark(<subject> SOURCES ... DEPS ...): a Google Benchmark program, run once in its
# shortest form as ctest `bench.<subject>`; scripts/bench runs them in full.
function(oofgg_add_benchmark subject)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  set(target bench_${subject})
  add_executable(${target} ${ARG_SOURCES})
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/benchmarks CXX_EXTENSIONS OFF)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
  target_link_libraries(${target} PRIVATE ${ARG_DEPS} benchmark::benchmark_main oofgg_build_flags)
  oofgg_is_shipped(${target})
  add_test(NAME bench.${subject} COMMAND ${target} --benchmark_min_time=0.001)
  set_tests_properties(bench.${subject} PROPERTIES LABELS bench TIMEOUT 600)
endfunction()
