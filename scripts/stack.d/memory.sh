# What each part takes of memory. Pss counts a page that several processes share once among them; anonymous is what is a process's own.

# A process and all that came from it, but for game servers.
family_of() {
  local child
  echo "$1"
  for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do is_game_server "$child" || family_of "$child"; done
}
is_game_server() { [ "$(cat "/proc/$1/comm" 2>/dev/null)" = oofgg-arena ]; }
game_servers_of() {
  local child
  for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do ! is_game_server "$child" || echo "$child"; done
}

# memory_line PART PID...: Pss, anonymous and resident MiB of these together.
memory_line() {
  local part=$1 pid files=()
  shift
  for pid; do [ ! -r "/proc/$pid/smaps_rollup" ] || files+=("/proc/$pid/smaps_rollup"); done
  [ ${#files[@]} -gt 0 ] || return 0
  awk -v part="$part" '/^Pss:/ {p += $2} /^Anonymous:/ {a += $2} /^Rss:/ {r += $2}
    END {printf "%-22s %8.1f %10.1f %10.1f\n", part, p / 1024, a / 1024, r / 1024}' "${files[@]}"
}

# print_memory COMMAND: which tells the pid of a part.
print_memory() {
  local part pid arenas=()
  printf '%-22s %8s %10s %10s\n' 'MiB' Pss anonymous resident
  for part in "${parts[@]}"; do
    pid=$("$1" "$part") || continue
    memory_line "$part" $(family_of "$pid")
    [ "$part" != maker ] || arenas=($(game_servers_of "$pid"))
  done
  [ ${#arenas[@]} = 0 ] || memory_line "game servers (${#arenas[@]})" "${arenas[@]}"
}
