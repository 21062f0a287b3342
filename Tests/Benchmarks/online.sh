#!/usr/bin/env bash
# Starts a server, fills a table, and applies changes in the online and in the plain form while clients read and
# write: how long is the longest time that one of their statements took?
set -euo pipefail
cd "$(dirname "$0")/../.."
exec </dev/null

export KEDGE=${KEDGE:-.build/release/kedge} ROWS=${ROWS:-2000000}
. .ci/postgres.sh
folder=$(mktemp -d)
trap 'stop_postgres; rm -rf "$folder"' EXIT
postgres_options="-c shared_buffers=512MB -c maintenance_work_mem=128MB -c autovacuum_naptime=5s" \
  start_postgres "$folder"
FOLDER="$folder" python3 Tests/Benchmarks/online.py "$@"
