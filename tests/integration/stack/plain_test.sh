#!/usr/bin/env bash
# plain_test.sh SOURCE-TREE PROGRAMS: scripts/stack up, check and down with every real part, as plain processes in a folder and on ports of their
# own. Exits with 77 where a part cannot be had.
. "$1/scripts/lib.sh"
. scripts/fetch.sh
. tests/integration/parts.sh
for program in node java redis-server psql curl; do need "$program"; done
for part in envoy kafka clients; do need_fetched "$part"; done
export OOFGG_STACK_PROGRAMS=$2

work=$(mktemp -d -t oofgg-stack-XXXXXX) data=$work/data
chmod 755 "$work"  # PostgreSQL, which is not root, has to get through.
mkdir "$data"

# Above those that the kernel, the maker and other tests give away.
is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_ports() {
  local first=$((61000 + RANDOM % 250 * 16)) port
  for port in $(seq "$first" $((first + 14))); do is_free "$port" || { free_ports; return; }; done
  echo "$first"
}
ports=$(free_ports)
stack() { scripts/stack --data "$data" --ports "$ports" "$@"; }
finish() {
  local status=$?
  if [ "$status" != 0 ]; then
    tail -n 20 "$data"/log/*.log >&2 || true
    stack down >/dev/null 2>&1 || true
  fi
  rm -rf "$work"
}
trap finish EXIT
refused() {
  local why=$1
  shift
  if "$@" >"$work/said" 2>&1; then die "was not refused: $*"; fi
  grep -q -- "$why" "$work/said" || { cat "$work/said" >&2; die "was refused, but not because $why: $*"; }
}

# Folders of others are not taken, and never deleted.
mkdir -p "$work/foreign/run" && echo precious >"$work/foreign/run/file"
refused 'neither empty nor' scripts/stack up --data "$work/foreign" --ports "$ports"
refused 'there is no stack' scripts/stack down --wipe --data "$work/foreign" --ports "$ports"
[ "$(cat "$work/foreign/run/file")" = precious ] || die "a foreign folder was touched"

stack up
stack check
stack check  # Scores must come to Kafka anew, on a stack that has been used.
truncate -s 65M "$data/log/maker.log"
[ "$(stack up 2>&1 | grep -c 'runs already')" = 7 ] || die "up started what runs"
[ -e "$data/log/maker.log.1" ] && [ "$(stat -c %s "$data/log/maker.log")" -lt 100000 ] || die "a log grows without end"
(flock 9 && refused 'another scripts/stack works' stack down) 9>>"$data/run/.lock"

echo precious >"$data/of-others"
stack down --wipe
[ "$(ls -A "$data")" = of-others ] || die "down --wipe left $(ls -A "$data")"
for port in $(seq "$ports" $((ports + 14))); do is_free "$port" || die "port $port is still served"; done
refused 'there is no stack' stack down
echo "the stack went up, played, and went down without a trace"
