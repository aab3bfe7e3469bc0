#!/usr/bin/env bash
# envoy_test.sh SOURCE-TREE PROGRAMS: Envoy with servers/envoy.yaml before the embedded servers: what it is itself answerable for. That all calls
# work through it, plain_test.sh shows. Exits with 77 where Envoy, Node or the clients of others cannot be had.
. "$1/scripts/lib.sh"
. scripts/fetch.sh
. tests/integration/parts.sh
bin=$2 here=$root/tests/integration/stack
need node
need_fetched envoy envoy
need_fetched clients node_modules

data=$(mktemp -d -t oofgg-envoy-XXXXXX) pids=()
finish() {
  local status=$? pid
  [ "$status" = 0 ] || tail -n 20 "$data"/*.log >&2
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$data"
}
trap finish EXIT
await() {
  local what=$1 tries=1200
  shift
  until "$@" >/dev/null 2>&1; do
    [ $((tries--)) -gt 0 ] || die "waited in vain for $what"
    sleep 0.05
  done
}
clients() { NODE_PATH=$node_modules node "$here/$@" || exit 1; }

"$envoy" --mode validate -c servers/envoy.yaml >"$data/validate.log" 2>&1 || die "servers/envoy.yaml is not valid"
echo "servers/envoy.yaml is valid"

cd "$data"
free=()
for flag in auth-listen auth-ops game-listen game-ops presence-listen websocket-listen maker-listen maker-ops maker-http; do free+=("--$flag" 127.0.0.1:0); done
env -i PATH="$PATH" OOFGG_TRUSTED_PROXY=127.0.0.1 FLEET_MIN_READY=1 "$bin/oofgg" up --data "$data/data" "${free[@]}" >up.log 2>servers.log &
up=$!
pids+=($up)
await "the servers" grep -q '^all is up' up.log
cd "$root"

# The very lines by which `scripts/stack` runs it.
data=$data first_port=
. scripts/stack.d/settings.sh
. scripts/stack.d/stores.sh
port_in() { sed -n "s/^oofgg-$1 .*$2=127.0.0.1:\([0-9]*\).*/\1/p" "$data/up.log"; }
port[envoy]=0 port[envoy_admin]=0 port[auth]=$(port_in auth grpc) port[game]=$(port_in game grpc) port[maker]=$(port_in maker grpc)
port[websocket]=$(port_in game websocket) port[game_ops]=$(port_in game ops)
envoy_config >"$data/door.yaml"
[ "$(diff servers/envoy.yaml "$data/door.yaml" | grep -c '^>')" = 7 ] || die "more or fewer than its seven addresses were replaced"
! grep -qE '\{address: (auth|game|maker),' "$data/door.yaml" || die "an address was not replaced"
# One more door, which loses patience soon with what is no stream.
sed -e 's/stream_idle_timeout: 60s/stream_idle_timeout: 1s/' -e 's/timeout: 30s/timeout: 1s/' "$data/door.yaml" >"$data/hasty.yaml"

open_door() {
  "$envoy" -c "$data/$1.yaml" --disable-hot-restart --concurrency 1 --log-level warning --admin-address-path "$data/$1.admin" >"$data/$1.log" 2>&1 &
  pids+=($!)
}
url_of() {
  await "Envoy ($1)" test -s "$data/$1.admin"
  await "Envoy's listener" eval "curl -sf '$(cat "$data/$1.admin")/ready'"
  echo "http://$(curl -sf "$(cat "$data/$1.admin")/listeners" | sed -n 's/^public::\(.*\)$/\1/p')"
}
open_door door
open_door hasty
url=$(url_of door)
hasty=$(url_of hasty)
for door in $url $hasty; do await "$door/healthz" curl -sf "$door/healthz"; done

clients web_socket_check.js "$url"
clients door_check.js "$url" "$hasty" "$root/proto" "$data/data/log/auth/events.jsonl"

await "the last lines of the access log" grep -q '"path":"/ws' "$data/door.log"
! grep -qE 'token=|Bearer|eyJ' "$data/door.log" || die "the access log has tokens"
echo "the access log has no tokens"

kill "$up"
wait "$up" || die "the servers did not end well"
[ "$(curl -s -o /dev/null -w '%{http_code}' "$url/index.html")" = 404 ] || die "the door does not stay open without servers"
await "/healthz to say that nothing is well" eval "[ \"\$(curl -s -o /dev/null -w '%{http_code}' '$url/healthz')\" = 503 ]"
clients gone_check.js "$url"
