# up, down, logs, client and build of the stack as plain processes.

# Envoy is the only proxy here.
common_flags() {
  echo "--listen 127.0.0.1:${port[$1]} --ops-listen 127.0.0.1:${port[$1_ops]} --trusted-proxy 127.0.0.1,::1 \
    --event-log $data/events/$1 --kafka 127.0.0.1:${port[kafka]}"
}
ready_server() { await "$1" 180 curl -sf "127.0.0.1:${port[$1_ops]}/readyz"; }

start_auth() {
  launch auth "$bin/oofgg-auth" --config "$data/secrets/stores/shared-stores" $(common_flags auth) --keys "$data/auth-keys"
}
ready_auth() {
  ready_server auth
  servers/stack/make-credential "$data/secrets/credential/service-credential" "$data/auth-keys" "$bin/oofgg" --auth "127.0.0.1:${port[auth]}" \
    2>>"$(log_of auth)" || die "the servers' own credential cannot be made ($(log_of auth))"
}
followed_keys() {
  echo "--jwks http://127.0.0.1:${port[auth_ops]}/.well-known/jwks.json --auth 127.0.0.1:${port[auth]}"
}
start_maker() {
  launch maker env FLEET_MIN_READY="${FLEET_MIN_READY:-1}" "$bin/oofgg-maker" $(common_flags maker) $(followed_keys) \
    --service-credential "$data/secrets/credential/service-credential" --http-listen "127.0.0.1:${port[maker_http]}" \
    --database "sqlite:$data/maker.db" --keys "$data/maker-keys" --data "$data/servers" \
    --process-command "'$bin/oofgg-arena' --listen 127.0.0.1:{port} --control-listen 127.0.0.1:{control_port} --idle-timeout 10m"
}
ready_maker() { ready_server maker; }
start_game() {
  launch game "$bin/oofgg-game" --config "$data/secrets/stores/shared-stores" $(common_flags game) $(followed_keys) \
    --service-credential "$data/secrets/credential/service-credential" --maker "127.0.0.1:${port[maker]}" \
    --presence-listen "127.0.0.1:${port[presence]}" --websocket-listen "127.0.0.1:${port[websocket]}"
}
ready_game() { ready_server game; }

stack_build() {
  scripts/setup --stack
  say "building (the first time takes minutes)"
  build release oofgg-auth oofgg-game oofgg-maker oofgg oofgg-arena oofgg-player
  fetch_envoy >&2 && fetch_kafka >&2 && fetch_clients >&2 || die "a part of the stack cannot be had (see above)"
}

stack_up() {
  local part started=() program starting=() pid
  began=$(now_ms)
  for program in oofgg-auth oofgg-game oofgg-maker oofgg oofgg-arena oofgg-player; do
    [ -x "$bin/$program" ] || { stack_build; began=$(now_ms); break; }
  done
  # What this shell has set is for other programs.
  local log_format=${OOFGG_LOG_FORMAT:-text}
  unset REDIS_SERVER_URL "${!OOFGG_@}" VERBOSE SERVER_PORT
  export OOFGG_LOG_FORMAT=$log_format
  take_data
  echo "$first_port" >"$data/run/.ports"
  trap '[ $? = 0 ] || tell_what_runs' EXIT
  mkdir -p "$data/log" "$data/events"
  servers/stack/make-secrets "$data/secrets" "127.0.0.1:${port[postgres]}" "127.0.0.1:${port[redis]}"
  for part in "${parts[@]}"; do
    pid_of "$part" >/dev/null || refuse_taken_ports "$part"
    bound_log "$part"
  done
  # The stores begin together, the servers one after the other, each when what it asks for answers.
  for part in "${parts[@]}"; do
    pid_of "$part" >/dev/null && { progress "$part runs already"; continue; }
    case $part in postgres | redis | kafka | envoy) start_$part 9>&- & starting+=($!); started+=("$part") ;; esac
  done
  for pid in "${starting[@]}"; do wait "$pid" || exit 1; done
  for part in "${parts[@]}"; do
    case $part in auth | maker | game) pid_of "$part" >/dev/null || { start_$part 9>&-; started+=("$part"); } ;; esac
    ready_$part
  done
  await envoy 90 curl -sf "$door/healthz"
  # Told by `check` beside its own, if nothing ran before.
  [ ${#started[@]} = 0 ] || rm -f "$data/run/.up-ms"
  [ ${#started[@]} -lt ${#parts[@]} ] || echo $(($(now_ms) - began)) >"$data/run/.up-ms"
  echo "up in $(seconds $(($(now_ms) - began))): gRPC, grpc-web and WebSocket (/ws) on $door, presence on 127.0.0.1:${port[presence]}, data in $data"
  echo "next: $(hint check), $(hint client register NAME), $(hint down)"
}
tell_what_runs() {
  local part running=()
  for part in "${parts[@]}"; do ! pid_of "$part" >/dev/null || running+=("$part"); done
  [ ${#running[@]} = 0 ] || say "still running: ${running[*]}; to end them: $(hint down)"
}

# The pids of game servers that this stack's maker started, by its records.
game_server_pids() {
  local record pid start
  for record in "$data"/servers/*.server.json; do
    [ -e "$record" ] && grep -q "$boot" "$record" || continue
    pid=$(sed -n 's/.*"pid": *\([0-9]*\).*/\1/p' "$record")
    start=$(sed -n 's/.*"start_time": *\([0-9]*\).*/\1/p' "$record")
    [ -z "$pid" ] || [ "$(start_of "$pid")" != "$start" ] || echo "$pid"
  done
}
stack_down() {
  local pid
  began=$(now_ms)
  is_ours || die "there is no stack in $data"
  lock_data
  [ -n "$(tell_what_runs 2>&1)" ] || say "nothing of $data runs"
  # From the door inwards; PostgreSQL is asked to end what is open (SIGINT).
  end envoy TERM 10
  end game TERM 20
  end maker TERM 20
  for pid in $(game_server_pids); do kill "$pid" 2>/dev/null || true; done
  end auth TERM 20
  end kafka TERM 60
  end redis TERM 20
  end postgres INT 30
  [ -z "$wipe" ] || wipe_data
}

stack_logs() {
  local part
  is_ours || die "there is no stack in $data; run: $(hint up)"
  if [ $# -gt 0 ]; then
    [ -e "$(log_of "$1")" ] || die "there is no log of '$1'; there are: ${parts[*]}"
    cat "$(log_of "$1")"
    return
  fi
  for part in "${parts[@]}"; do
    say "$(log_of "$part")"
    tail -n 10 "$(log_of "$part")" 2>/dev/null || true
  done
}

# Its sessions are apart from those with other servers.
stack_client() {
  is_ours || die "there is no stack in $data; run: $(hint up)"
  exec "$bin/oofgg" --session "$data/client/session.json" --auth "$door" --game "$door" --maker "$door" "$@"
}
