# Where the parts of the stack are; sourced by scripts/stack, which sets $data and $first_port.
parts=(postgres redis kafka envoy auth maker game)  # In the order of their start.
bin=${OOFGG_STACK_PROGRAMS:-$root/build/release/bin}

declare -A port=([envoy]=8000 [envoy_admin]=9901 [postgres]=15432 [redis]=16379 [kafka]=19092 [kafka_controller]=19093
  [auth]=50051 [game]=50052 [maker]=50053 [auth_ops]=9101 [game_ops]=9102 [maker_ops]=9103
  [presence]=8080 [websocket]=8081 [maker_http]=3000)
# A stack keeps its ports.
if [ -z "${compose:-}" ] && [ -e "$data/run/.ports" ]; then
  kept=$(cat "$data/run/.ports")
  [ -z "$first_port" ] || [ "$first_port" = "$kept" ] ||
    die "--ports: the stack in $data has ${kept:+those from }${kept:-the usual ports}; leave it out, or choose another --data"
  first_port=$kept
fi
if [ -n "$first_port" ]; then
  next=$first_port
  for name in envoy envoy_admin postgres redis kafka kafka_controller auth game maker auth_ops game_ops maker_ops presence websocket maker_http; do
    port[$name]=$((next++))
  done
fi
door=127.0.0.1:${port[envoy]}

# Which ports each part opens.
declare -A ports_of=([envoy]="envoy envoy_admin" [postgres]=postgres [redis]=redis [kafka]="kafka kafka_controller"
  [auth]="auth auth_ops" [maker]="maker maker_ops maker_http" [game]="game game_ops presence websocket")

# hint COMMAND...: how the user would say it.
hint() { echo "scripts/stack$([ "$data" = "$root/oofgg-stack" ] || echo " --data $data") $*"; }

log_of() { echo "$data/log/$1.log"; }
