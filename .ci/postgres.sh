# Functions for a throw-away PostgreSQL server; to be sourced by bash with `set -euo pipefail`.

# Starts a server on a free TCP port of 127.0.0.1, with its data in the folder $1/postgres, and exports
# PGHOST, PGPORT and PGUSER. The user $PGUSER is a superuser without a password.
start_postgres() {
  local folder=$1/postgres binaries account=()
  binaries=$(postgres_binaries)
  mkdir -p "$folder"
  if [ "$(id -u)" -eq 0 ]; then
    # The server refuses to run as root, and its user must be able to reach the folder.
    account=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups env "HOME=$folder")
    chown nobody "$folder"
    chmod 711 "$1"
  fi
  chmod 700 "$folder"
  export PGHOST=127.0.0.1 PGPORT PGUSER=postgres
  PGPORT=$(free_port)
  (
    cd /
    "${account[@]}" "$binaries/initdb" --pgdata="$folder/data" --username=postgres --auth=trust \
      --encoding=UTF8 --locale=C.UTF-8 --no-sync
    "${account[@]}" "$binaries/pg_ctl" --pgdata="$folder/data" --log="$folder/log" --wait start \
      --options="-p $PGPORT -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
        -c max_locks_per_transaction=1024 -c max_connections=50 ${postgres_options:-}"
  ) >"$1/postgres-start.log" 2>&1 || {
    cat "$1/postgres-start.log" "$folder/log" >&2 || true
    return 1
  }
  postgres_stop=("${account[@]}" "$binaries/pg_ctl" "--pgdata=$folder/data" --mode=immediate stop)
}

# Stops the server that start_postgres has started, if there is one.
stop_postgres() {
  [ -n "${postgres_stop+set}" ] || return 0
  (cd / && "${postgres_stop[@]}" >/dev/null 2>&1) || true
  unset postgres_stop
}

# The folder of the newest server that is installed.
postgres_binaries() {
  local folder
  folder=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort --version-sort | tail -n 1)
  if [ -z "$folder" ] && command -v pg_config >/dev/null; then folder=$(pg_config --bindir); fi
  if [ -z "$folder" ] || [ ! -x "$folder/initdb" ]; then
    echo "error: no PostgreSQL server is installed; run: apt-get install postgresql" >&2
    return 1
  fi
  echo "$folder"
}

# A port that nothing listens on now.
free_port() {
  local port
  for _ in $(seq 50); do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  echo "error: no free port was found on 127.0.0.1" >&2
  return 1
}
