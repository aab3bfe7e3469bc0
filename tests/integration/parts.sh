# What tests of the whole stack need that Debian's build packages do not bring; sourced behind scripts/lib.sh and scripts/fetch.sh. Exit code 77 is
# "skipped" to ctest. Where nothing may be missing, as in scripts/test and so on CI, it is a failure instead.
into() { [ -d "$1" ]; }  # Tests fetch nothing: scripts/setup --stack has, or could not.
skip() {
  [ -z "${OOFGG_REQUIRE_ALL:-}" ] || { echo "FAILED: $*; nothing may be missing here, as OOFGG_REQUIRE_ALL is set"; exit 1; }
  echo "SKIPPED: $*"
  exit 77
}
need() { command -v "$1" >/dev/null || skip "there is no $1; scripts/setup --stack installs it"; }
# need_fetched PART [VARIABLE]: where it lies, into that variable.
need_fetched() {
  local where
  where=$("fetch_$1") || skip "$1 is not there (see above); scripts/setup --stack fetches it"
  [ $# = 1 ] || printf -v "$2" %s "$where"
}
