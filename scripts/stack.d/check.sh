# Plays the demo through Envoy, and tells times and memory.

step() { echo && bold 1 "$(printf '[%8s] %s' "$(seconds $(($(now_ms) - began)))" "$*")"; }

# play_grpc WORK: four players of oofgg-player, each a process, two and two matched; Envoy is the only address they know.
play_grpc() {
  local work=$1 round name pid players=() game
  round=$(head -c 4 /dev/urandom | od -An -tx4 | tr -d ' ')
  via_door() { "$bin/oofgg" --session "$work/owner.json" --auth "$door" --game "$door" --maker "$door" "$@"; }
  head -c 18 /dev/urandom | base64 >"$work/password"
  via_door register "owner-$round" <"$work/password"
  game=$(via_door game create "Arena $round" --description "walk the grid, collect coins")
  for name in ann bob cid dee; do
    "$bin/oofgg-player" "$name-$round" --game-id "$game" --friends-file "$work/friends" --friends 3 \
      --auth "$door" --game "$door" --maker "$door" <"$work/password" | stamp_first_match "$work" &
    players+=($!)
  done
  for pid in "${players[@]}"; do wait "$pid" || die "a player did not get through (see above; scripts/stack logs tells more)"; done
  via_door leaderboard "$game"
}
# Passes lines on; notes when the first of all players was matched.
stamp_first_match() {
  local line
  while IFS= read -r line; do
    [[ $line != *'matched with'* ]] || (set -C; now_ms >"$1/first-match") 2>/dev/null || true
    printf '%s\n' "$line"
  done
}

clients() { NODE_PATH=$node_modules node "$root/tests/integration/stack/$1" "http://$door"; }

# tell_stores BYTES: what the game left in the stores, where Kafka had so many bytes of scores before it.
tell_stores() {
  echo "PostgreSQL: $(ask_postgres 'select count(*) from game_scores') scores, $(ask_postgres 'select count(*) from auth_users') users"
  echo "Redis: $(ask_redis dbsize) keys"
  echo "Kafka: $(kafka_topics | tr '\n' ' ')"
  # They are shipped in the background.
  local tries=600
  until [ "$(scores_in_kafka)" -gt "$1" ]; do
    [ $((tries--)) -gt 0 ] || die "no score of this game has come to Kafka"
    sleep 0.1
  done
}
scores_in_kafka() { kafka_topics | awk '$1 == "oofgg.scores" {bytes = $2} END {print bytes + 0}'; }
ask_postgres() { psql_as_oofgg "$1"; }
ask_redis() { REDISCLI_AUTH=$(cat "$data/secrets/redis/redis.password") redis-cli -p "${port[redis]}" "$@"; }
# Each topic that has records, with their bytes: counting them would take another virtual machine.
topic_sizes="for segment in */*.log; do wc -c \$segment; done | sed -n 's:^\([1-9][0-9]*\) \(oofgg[^/]*\)-[0-9]*/.*:\2 \1:p' | \
  awk '{bytes[\$1] += \$2} END {for (topic in bytes) print topic \" \" bytes[topic] \" B\"}' | sort"
kafka_topics() { (cd "$data/kafka/log" && sh -c "$topic_sizes"); }

# play_all PID-OF-PART UP-FILE
play_all() {
  local node_modules up_ms match_ms scores_before
  node_modules=$(fetch_clients) || die "the grpc-web client cannot be had (see above)"
  work=$(mktemp -d -t oofgg-stack-check-XXXXXX)
  trap 'rm -rf "$work"' EXIT
  began=$(now_ms)
  curl -sf "$door/healthz" >/dev/null || die "Envoy says that a server is not well: $(curl -s "$door/healthz" -o /dev/null -w '%{http_code}')"
  scores_before=$(scores_in_kafka)
  step "gRPC: four players through $door"
  play_grpc "$work"
  step "grpc-web: a page's client, generated from the contract"
  clients grpc_web_check.js || die "grpc-web does not work (see above)"
  step "WebSocket under /ws"
  clients web_socket_check.js || die "WebSockets do not work (see above)"
  step "what is in the stores"
  tell_stores "$scores_before"
  step "memory"
  print_memory "$1"
  step "all is well"
  up_ms=$(cat "$2" 2>/dev/null || true)
  match_ms=$(($(cat "$work/first-match") - began))
  [ -z "$up_ms" ] || echo "from up to the first matched player: $(seconds $((up_ms + match_ms))), of which up took $(seconds "$up_ms")"
}

stack_check() {
  local part
  for part in "${parts[@]}"; do pid_of "$part" >/dev/null || die "$part does not run; run: $(hint up)"; done
  play_all pid_of "$data/run/.up-ms"
}
