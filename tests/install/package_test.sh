#!/usr/bin/env bash
# Installs the build into a folder of its own and uses it as a stranger would.
#   package_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
source=$1
build=$2
work=$(mktemp -d)
up=
trap '[ -z "$up" ] || kill -TERM "$up" 2>/dev/null || true; rm -rf "$work"' EXIT
prefix=$work/prefix
export CMAKE_PREFIX_PATH=$prefix CMAKE_GENERATOR=Ninja

fail() { echo "FAILED: $*"; exit 1; }

cmake --install "$build" --prefix "$prefix" >"$work/install.log" || { cat "$work/install.log"; fail "install"; }
pc_dir=$(dirname "$(find "$prefix" -name oofgg.pc)")
export PKG_CONFIG_PATH=$pc_dir

echo "== CMake: the primitives, on a machine without gRPC"
cmake -S "$source/tests/install/stranger" -B "$work/stranger" >"$work/log" || { cat "$work/log"; fail "configure"; }
cmake --build "$work/stranger" >"$work/log" || { cat "$work/log"; fail "build"; }
"$work/stranger/stranger" || fail "the stranger's program"
ninja -C "$work/stranger" -t commands stranger | tail -n 1 >"$work/link"
if grep -iE 'grpc|protobuf|curl|sqlite|libpq|rdkafka' "$work/link"; then fail "the link line above has what primitives must not need"; fi
if readelf -d "$work/stranger/stranger" | grep -iE 'grpc|protobuf|curl|sqlite'; then fail "so has the program"; fi

echo "== pkg-config: the same program"
# shellcheck disable=SC2046 # the words are flags
g++ $(pkg-config --cflags oofgg-primitives) "$source/tests/install/stranger/main.cc" -o "$work/by_pkg_config" \
  $(pkg-config --libs oofgg-primitives) || fail "pkg-config oofgg-primitives"
"$work/by_pkg_config" || fail "the program built with pkg-config"
pkg-config --libs oofgg-primitives | grep -i grpc && fail "oofgg-primitives asks for gRPC"

echo "== pkg-config: the SDK"
# shellcheck disable=SC2046
g++ $(pkg-config --cflags oofgg) "$source/tests/install/sdk/main.cc" -o "$work/sdk" $(pkg-config --libs oofgg) ||
  fail "pkg-config oofgg"
"$work/sdk" || fail "the SDK's program"

echo "== CMake: the SDK, its test backend, the stubs and the server rooms"
cmake -S "$source/tests/install/sdk" -B "$work/sdk-cmake" >"$work/log" || { cat "$work/log"; fail "configure"; }
cmake --build "$work/sdk-cmake" >"$work/log" || { cat "$work/log"; fail "build"; }
for program in sdk stubs server everything; do
  (cd "$work" && "$work/sdk-cmake/$program") || fail "$program"
done

echo "== the examples"
for example in arena native_client custom_authorizer; do
  cmake -S "$source/examples/$example" -B "$work/$example" >"$work/log" || { cat "$work/log"; fail "configure $example"; }
  cmake --build "$work/$example" >"$work/log" || { cat "$work/log"; fail "build $example"; }
done
"$work/arena/oofgg-arena" --help >/dev/null && "$work/native_client/oofgg-player" --help >/dev/null || fail "the examples"
"$work/custom_authorizer/oofgg-custom-authorizer" || fail "the custom authorizer"
readelf -d "$work/arena/oofgg-arena" | grep -i grpc && fail "a game server must not link gRPC"

echo "== what a wrong component says"
mkdir "$work/wrong"
printf 'cmake_minimum_required(VERSION 3.25)\nproject(w CXX)\nfind_package(oofgg CONFIG REQUIRED COMPONENTS nonsense)\n' \
  >"$work/wrong/CMakeLists.txt"
if cmake -S "$work/wrong" -B "$work/wrong/build" >"$work/log" 2>&1; then fail "a wrong component was found"; fi
tr '\n' ' ' <"$work/log" | grep -q "no component nonsense" || { cat "$work/log"; fail "an unclear error"; }

echo "== programs: size, and that they run from where they were installed"
for program in oofgg oofgg-auth oofgg-game oofgg-maker oofgg-arena oofgg-player; do
  size=$(stat -c %s "$prefix/bin/$program")
  echo "$program: $size bytes"
  [ "$size" -le 5000000 ] || fail "$program is over 5 MB"
  "$prefix/bin/$program" --version >/dev/null || fail "$program --version"
done

echo "== programs: up, and the first player"
any=127.0.0.1:0
HOME=$work "$prefix/bin/oofgg" up --json --data "$work/data" --auth-listen $any --auth-ops $any --game-listen $any \
  --game-ops $any --presence-listen $any --websocket-listen $any --maker-listen $any --maker-ops $any --maker-http $any \
  >"$work/up" 2>"$work/up.log" &
up=$!
for ((i = 0; i < 300; i++)); do
  grep -q '"event":"up"' "$work/up" && break
  kill -0 "$up" 2>/dev/null || break
  sleep 0.1
done
grep -q '"event":"up"' "$work/up" || { cat "$work/up.log"; fail "the installed oofgg up"; }
address_of() { sed -n "s/.*\"grpc\":\"\([^\"]*\)\".*\"program\":\"$1\".*/\1/p" "$work/up"; }
echo "correct horse battery" | HOME=$work "$prefix/bin/oofgg" --auth "$(address_of oofgg-auth)" \
  --game "$(address_of oofgg-game)" register ann || fail "registering with the installed programs"
kill -TERM "$up"
wait "$up" || { cat "$work/up.log"; fail "oofgg up did not end with 0"; }
up=
find "$prefix/share/oofgg/proto/v1/api/auth/auth_service.proto" >/dev/null || fail "the .proto files"
echo "all as a stranger needs it"
