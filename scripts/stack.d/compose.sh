# The stack in containers, by servers/compose.yaml.
project=oofgg${first_port:+-$first_port}

compose() {
  docker info >/dev/null 2>&1 || die "there is no Docker engine at hand (docker info tells more); without --compose the stack needs none"
  OOFGG_BASE_IMAGE=${OOFGG_BASE_IMAGE:-oofgg/debian:12} OOFGG_PORT=${port[envoy]} OOFGG_MAKER_PORT=${port[maker_http]} OOFGG_PRESENCE_PORT=${port[presence]} \
    "${compose_program[@]}" -p "$project" -f "$root/servers/compose.yaml" "$@"
}
if docker compose version >/dev/null 2>&1; then compose_program=(docker compose); else compose_program=(docker-compose); fi

# Debian 12 from its packages, for where no registry can be reached.
make_base_image() {
  local tree
  [ "$(id -u)" = 0 ] || die "root is needed to make the base image; or set OOFGG_BASE_IMAGE=debian:12-slim where a registry can be reached"
  command -v debootstrap >/dev/null || die "debootstrap is missing (apt-get install debootstrap); or set OOFGG_BASE_IMAGE=debian:12-slim"
  say "making the base image of Debian's packages"
  tree=$(mktemp -d)
  debootstrap --variant=minbase bookworm "$tree" http://deb.debian.org/debian >"$tree.log" 2>&1 ||
    { tail -n 5 "$tree.log" >&2; rm -rf "$tree"; die "debootstrap failed (the whole log: $tree.log)"; }
  tar -C "$tree" -c . | docker import - oofgg/debian:12 >&2
  rm -rf "$tree" "$tree.log"
}

stack_build_compose() {
  local program part
  compose config >/dev/null
  stack_build
  rm -rf build/stack
  mkdir -p build/stack/programs build/stack/cache/oofgg
  for program in oofgg-auth oofgg-game oofgg-maker oofgg oofgg-arena; do install -s "$bin/$program" build/stack/programs; done
  build release oofgg-arena-static
  install build/release/static/oofgg-arena-static build/stack/programs
  # For who compiles in the image, having deleted these programs.
  cp "$fetched"/hiredis-*.tar.gz build/stack/cache/oofgg 2>/dev/null || true
  cp "$(fetch_envoy)" build/stack/envoy
  cp -r "$(fetch_kafka)" build/stack/kafka
  [ -n "${OOFGG_BASE_IMAGE:-}" ] || docker image inspect oofgg/debian:12 >/dev/null 2>&1 || make_base_image
  say "building the images"
  # One after the other: they share their first stages, which Docker's older builder then has once.
  for part in auth maker game envoy postgres redis kafka; do DOCKER_BUILDKIT=0 compose build "$part" >&2; done
  # Not parts of this stack: what servers/maker-docker and older deployments run.
  for part in arena maker-drop-in; do
    DOCKER_BUILDKIT=0 docker build --network host --build-arg BASE="${OOFGG_BASE_IMAGE:-oofgg/debian:12}" --target "$part" --tag "oofgg/$part" \
      --file servers/Dockerfile . >&2
  done
}

stack_up_compose() {
  local tries=1200 ran
  began=$(now_ms)
  docker image inspect oofgg/kafka >/dev/null 2>&1 || { stack_build_compose; began=$(now_ms); }
  take_data
  ran=$(compose ps -q)
  compose up -d 9>&-
  until curl -sf "$door/healthz" >/dev/null; do
    [ $((tries--)) -gt 0 ] || { compose ps >&2; die "the stack does not get ready; scripts/stack logs --compose tells more"; }
    sleep 0.1
  done
  rm -f "$data/run/.up-compose-ms"
  [ -n "$ran" ] || echo $(($(now_ms) - began)) >"$data/run/.up-compose-ms"
  echo "up in $(seconds $(($(now_ms) - began))): gRPC, grpc-web and WebSocket (/ws) on $door, presence on 127.0.0.1:${port[presence]}"
}
stack_down_compose() {
  began=$(now_ms)
  ! is_ours || lock_data
  COMPOSE_PROFILES=metrics compose down --timeout 20 ${wipe:+--volumes}
  # What plain processes have there is theirs.
  [ -z "$wipe" ] || ! is_ours || [ -e "$data/secrets" ] || wipe_data
}
stack_logs_compose() { compose logs --tail="$([ $# -gt 0 ] && echo all || echo 10)" "$@"; }

container_pid() { docker inspect -f '{{.State.Pid}}' "$(compose ps -q "$1")"; }
stack_check_compose() {
  ask_postgres() { compose exec -T postgres sh -c "PGPASSFILE=/secrets/postgres/pgpass psql -qAtX -h 127.0.0.1 -U oofgg -d oofgg -c \"$1\""; }
  ask_redis() { compose exec -T redis sh -c "REDISCLI_AUTH=\$(cat /secrets/redis/redis.password) redis-cli $*"; }
  kafka_topics() { compose exec -T kafka sh -c "cd /data/log && $topic_sizes"; }
  play_all container_pid "$data/run/.up-compose-ms"
}
