# Shared by the scripts of this folder; sourced, never run. Sets $root and moves there.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# bold FD TEXT: bold on a terminal, plain in a file.
bold() { if [ -t "$1" ]; then printf '\033[1m%s\033[0m\n' "$2"; else printf '%s\n' "$2"; fi >&"$1"; }
say() { bold 2 "$*"; }
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Prints the comment block at the top of the calling script as its help.
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

# build PRESET [TARGET...]: configures, then builds what changed.
build() {
  local preset=$1
  shift
  # Warnings are errors at home as in CI, so that the same objects serve both.
  cmake --preset "$preset" -DOOFGG_WERROR=ON >"/tmp/oofgg-configure.$$" 2>&1 ||
    { cat "/tmp/oofgg-configure.$$" >&2; die "cmake could not configure preset $preset (see above)"; }
  rm -f "/tmp/oofgg-configure.$$"
  # Progress goes to stderr: stdout stays for what a script is asked for.
  cmake --build --preset "$preset" --parallel "${OOFGG_JOBS:-$(nproc)}" ${1:+--target "$@"} >&2 ||
    die "preset $preset does not build (see above)"
}
