#!/usr/bin/env bash
# Checks and builds a copy of examples/web, and plays it in two headless browsers against the programs in BIN. Exits with
# 77, which ctest shows as skipped, where a browser, Envoy or the npm packages cannot be had; scripts/setup gets them.
#
#   web_test.sh BIN
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../../scripts/lib.sh"
. "$root/scripts/fetch.sh"
. "$here/../parts.sh"

bin=$1
need chromium
need node
need_fetched envoy envoy
need_fetched web packages
chromium=$(command -v chromium)

work=$(mktemp -d -t oofgg-web-XXXXXX)
trap 'rm -rf "$work"' EXIT
cp -r "$root/examples/web" "$work/example"
rm -rf "$work/example/node_modules"
ln -s "$packages" "$work/example/node_modules"
cd "$work/example"
node build.mjs --proto "$root/proto"
node_modules/.bin/tsc --noEmit &
types=$!

status=0
OOFGG_CHROMIUM=$chromium node "$here/web_test.mjs" "$bin" "$work/example" "$envoy" "$root" "$work" || status=$?
wait "$types" || { echo "the types do not fit (see above)"; exit 1; }
if [ "$status" != 0 ]; then
  kept=$root/build/web-failure
  rm -rf "$kept" && mkdir -p "$kept" && cp "$work"/*.png "$work"/*.log "$kept" 2>/dev/null
  echo "what the players saw, and the logs, are in $kept"
  tail -n 20 "$work/servers.log"
fi
exit "$status"
