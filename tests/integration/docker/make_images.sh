#!/usr/bin/env bash
# make_images.sh SOURCE-TREE BUILD-TREE: the images of servers/Dockerfile that run without Debian's packages: arena as it is, maker-drop-in on an
# oofgg/maker of this machine's programs and libraries, and redis:7 and oofgg/redis of its Redis. $DOCKER_HOST names the engine.
set -euo pipefail
source=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOCKER_BUILDKIT=0

# put TREE PROGRAM...: into the tree, with the libraries that they need, where they look for them.
put() {
  local tree=$1 file
  shift
  for file in "$@" $(ldd "$@" | sed -n 's,.*[[:space:]]\(/[^ ]*\) (0x.*,\1,p' | sort -u); do install -D "$file" "$tree$file"; done
}
# stage NAME: the lines of it.
stage() { sed -n "/^FROM .* AS $1\$/,/^\$/p" "$source/servers/Dockerfile"; }

tree=$work/maker
for program in sh setpriv stat id cat; do put "$tree" "$(command -v $program)"; done
mkdir -p "$tree/etc" "$tree/usr/local/bin"
put "$tree" "$build/bin/oofgg-maker"
mv "$tree$build/bin/oofgg-maker" "$tree/usr/local/bin/"
[ -e "$tree/bin/sh" ] || { mkdir -p "$tree/bin" && cp "$tree/usr/bin/sh" "$tree/bin/sh"; }
printf 'root:x:0:0::/:/bin/sh\noofgg:x:10001:10001::/data:/bin/sh\n' >"$tree/etc/passwd"
printf 'root:x:0:\noofgg:x:10001:\n' >"$tree/etc/group"
install -d -o 10001 -g 10001 -m 700 "$tree/data"
install -d -m 1777 "$tree/tmp"
tar -C "$tree" -c . | docker import --change 'USER oofgg' --change 'WORKDIR /data' --change 'CMD ["oofgg-maker"]' \
  --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin' - oofgg/maker >/dev/null

mkdir -p "$work/drop-in/servers/stack"
cp "$source/servers/stack/join-socket" "$work/drop-in/servers/stack/"
stage maker-drop-in | sed 's,^FROM maker ,FROM oofgg/maker ,' | docker build -q -t oofgg/maker-drop-in -f - "$work/drop-in" >/dev/null

mkdir "$work/arena"
cp "$build/static/oofgg-arena-static" "$work/arena/"
stage arena | sed 's,--from=compiled /.*/oofgg-arena-static,oofgg-arena-static,' | docker build -q -t oofgg/arena -f - "$work/arena" >/dev/null

tree=$work/redis
put "$tree" "$(command -v redis-server)"
install -D -m 644 "$source/servers/stack/redis.conf" "$tree/stack/redis.conf"
install -d -o 10001 -g 10001 -m 700 "$tree/data"
install -d -m 1777 "$tree/tmp"
tar -C "$tree" -c . | docker import --change 'WORKDIR /data' --change 'CMD ["redis-server", "--protected-mode", "no"]' \
  --change 'ENV PATH=/usr/bin' - redis:7 >/dev/null
printf 'FROM redis:7\nUSER 10001:10001\n' | docker build -q -t oofgg/redis - >/dev/null
