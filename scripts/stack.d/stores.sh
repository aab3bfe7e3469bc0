# How PostgreSQL, Redis, Kafka and Envoy are started and known to be ready.

# PostgreSQL refuses to be root.
as_postgres=()
[ "$(id -u)" != 0 ] || as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups)
as_postgres() { ${as_postgres[@]+"${as_postgres[@]}"} "$@"; }
postgres_programs() {
  local newest
  newest=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$newest" ] || die "there is no PostgreSQL on this machine; run: scripts/stack build"
  echo "$newest"
}
psql_as_oofgg() { PGPASSFILE=$data/secrets/postgres/pgpass psql -qAtX -h 127.0.0.1 -p "${port[postgres]}" -U oofgg -d oofgg -c "$1"; }
start_postgres() {
  local programs
  programs=$(postgres_programs)
  # Of its own user, who need not be able to read anything else.
  mkdir -p "$data/postgres"
  cp servers/stack/*.conf servers/stack/make-database servers/stack/start-postgres "$data/postgres"
  chmod 700 "$data/postgres"
  [ "$(id -u)" != 0 ] || chown -R postgres: "$data/postgres"
  as_postgres "$data/postgres/make-database" "$programs" "$data/postgres/data" <"$data/secrets/postgres/oofgg.password" >>"$(log_of postgres)" 2>&1 ||
    { tail -n 5 "$(log_of postgres)" >&2; die "the database cannot be made (see above); can the user postgres reach $data?"; }
  launch postgres ${as_postgres[@]+"${as_postgres[@]}"} "$data/postgres/start-postgres" "$programs" "$data/postgres/data" "$data/postgres" \
    listen_addresses=127.0.0.1 port="${port[postgres]}"
}
ready_postgres() { await postgres 90 psql_as_oofgg 'select 1'; }

start_redis() {
  mkdir -p "$data/redis"
  launch redis redis-server "$root/servers/stack/redis.conf" --bind 127.0.0.1 --port "${port[redis]}" --dir "$data/redis" \
    --include "$data/secrets/redis/redis.conf"
}
redis_answers() { [ "$(REDISCLI_AUTH=$(cat "$data/secrets/redis/redis.password") redis-cli -p "${port[redis]}" ping 2>/dev/null)" = PONG ]; }
ready_redis() { await redis 90 redis_answers; }

start_kafka() {
  local jars
  jars=$(fetch_kafka) || die "there is no Kafka (see above)"
  : >"$(log_of kafka)"  # Readiness is read from it.
  launch kafka "$root/servers/stack/start-kafka" "$jars" "$data/kafka" 127.0.0.1 127.0.0.1 "${port[kafka]}" "${port[kafka_controller]}"
}
ready_kafka() { await kafka 300 grep -q 'Kafka Server started' "$(log_of kafka)"; }

# servers/envoy.yaml with the addresses of plain processes, and otherwise as it is.
envoy_config() {
  sed -E -e "s/\{address: 127\.0\.0\.1, port_value: 9901\}/{address: 127.0.0.1, port_value: ${port[envoy_admin]}}/" \
    -e "s/\{address: 0\.0\.0\.0, port_value: 8000\}/{address: 127.0.0.1, port_value: ${port[envoy]}}/" \
    -e "s/\{address: auth, port_value: 50051\}/{address: 127.0.0.1, port_value: ${port[auth]}}/" \
    -e "s/\{address: game, port_value: 50052\}/{address: 127.0.0.1, port_value: ${port[game]}}/" \
    -e "s/\{address: maker, port_value: 50053\}/{address: 127.0.0.1, port_value: ${port[maker]}}/" \
    -e "s/\{address: game, port_value: 8081\}/{address: 127.0.0.1, port_value: ${port[websocket]}}/" \
    -e "s/\{port_value: 9102\}/{port_value: ${port[game_ops]}}/" "$root/servers/envoy.yaml"
}
start_envoy() {
  local envoy
  envoy=$(fetch_envoy) || die "there is no Envoy (see above)"
  envoy_config >"$data/envoy.yaml"
  launch envoy "$envoy" -c "$data/envoy.yaml" --disable-hot-restart --log-level warning
}
# Its own answer is asked for at the end, when what is behind it is there.
ready_envoy() { :; }
