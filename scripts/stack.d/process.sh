# Processes that outlive the script that starts them, known by pid, time of start and boot, so that `down` ends these and no others.
boot=$(cat /proc/sys/kernel/random/boot_id)

now_ms() { date +%s%3N; }
seconds() { printf '%d.%02d s' $(($1 / 1000)) $(($1 % 1000 / 10)); }
progress() { bold 2 "$(printf '[%8s] %s' "$(seconds $(($(now_ms) - began)))" "$*")"; }

# A folder is ours if it was empty, or not there, when an `up` first took it; `run/.lock` says so. One at a time works on it.
is_ours() { [ -e "$data/run/.lock" ]; }
take_data() {
  is_ours || [ -z "$(ls -A "$data" 2>/dev/null)" ] || die "--data: $data is neither empty nor a stack's; choose another folder"
  mkdir -p "$data/run"
  lock_data
}
lock_data() {
  exec 9>>"$data/run/.lock"
  flock -n 9 || die "another scripts/stack works on $data; when it has ended, try again"
}
# What we made, and nothing else that may have come to lie there.
wipe_data() {
  (cd "$data" && rm -rf auth-keys client envoy.yaml events kafka log maker-keys maker.db* postgres redis secrets servers run)
  rmdir "$data" 2>/dev/null || { say "$data keeps what is not the stack's: $(ls -A "$data" | tr '\n' ' ')"; return 0; }
  progress "$data is deleted"
}

record_of() { echo "$data/run/$1"; }
# In ticks after boot (proc(5), field 22); nothing if there is no such process or only its zombie.
start_of() {
  local stat state
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  stat=${stat##*) }
  state=${stat%% *}
  [ "$state" = Z ] || cut -d' ' -f20 <<<"$stat"
}
# pid_of PART: the pid, if that very process runs.
pid_of() {
  local pid start of
  [ -e "$(record_of "$1")" ] && read -r pid start of <"$(record_of "$1")" || return 1
  [ "$of" = "$boot" ] && [ "$(start_of "$pid")" = "$start" ] && echo "$pid"
}

# A log of more than 64 MiB is put aside, once. Programs append to theirs, so that this may be done while they run.
bound_log() {
  local log
  log=$(log_of "$1")
  [ "$(stat -c %s "$log" 2>/dev/null || echo 0)" -le $((64 << 20)) ] || { cp "$log" "$log.1" && : >"$log"; }
}

# launch PART COMMAND...: in a session of its own, so that Ctrl-C in this terminal is not for it, and away from any .env here.
launch() {
  local part=$1 pid
  shift
  (cd "$data" && exec setsid "$@") </dev/null >>"$(log_of "$part")" 2>&1 &
  pid=$!
  disown "$pid"
  echo "$pid $(start_of "$pid") $boot" >"$(record_of "$part")"
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
# The ports that a part will want.
refuse_taken_ports() {
  local name
  for name in ${ports_of[$1]}; do
    ! listens "${port[$name]}" ||
      die "$1 wants port ${port[$name]}, which is taken (ss -ltnp 'sport = :${port[$name]}'); end that, or choose others with --ports N"
  done
}

# await PART SECONDS COMMAND...: until COMMAND succeeds.
await() {
  local part=$1 tries=$(($2 * 20))
  shift 2
  until "$@" >/dev/null 2>&1; do
    pid_of "$part" >/dev/null || { tail -n 20 "$(log_of "$part")" >&2; die "$part has ended (see above; all of it: $(log_of "$part"))"; }
    [ $((tries--)) -gt 0 ] || { tail -n 20 "$(log_of "$part")" >&2; die "$part does not get ready (see above; all of it: $(log_of "$part"))"; }
    sleep 0.05
  done
  progress "$part is ready"
}

# end PART SIGNAL SECONDS
end() {
  local pid tries=$(($3 * 20))
  pid=$(pid_of "$1") || { rm -f "$(record_of "$1")"; return 0; }
  kill "-$2" "$pid"
  while pid_of "$1" >/dev/null; do
    [ $((tries--)) -gt 0 ] || { kill -KILL "$pid" 2>/dev/null || true; tries=200; }
    sleep 0.05
  done
  rm -f "$(record_of "$1")"
  progress "$1 has ended"
}
