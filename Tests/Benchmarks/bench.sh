#!/usr/bin/env bash
# Starts a server, fills databases of 1,000 and 10,000 tables (or of the numbers given), and prints in one
# run what inspection costs against pg_dump and against the raw catalog columns.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec </dev/null

export KEDGE=${KEDGE:-.build/release/kedge} BENCHMARK=${BENCHMARK:-.build/release/kedge-benchmark}
. .ci/postgres.sh
folder=$(mktemp -d)
trap 'stop_postgres; rm -rf "$folder"' EXIT
postgres_options="-c shared_buffers=512MB -c maintenance_work_mem=256MB" start_postgres "$folder"
for tables in "${@:-1000 10000}"; do
  for count in $tables; do
    echo "Making $count tables …"
    psql --no-psqlrc --quiet --dbname=postgres --command="CREATE DATABASE bench_$count TEMPLATE template0"
    psql --no-psqlrc --quiet --dbname="bench_$count" --variable=tables="$count" \
      --file=Tests/Benchmarks/schema.sql
  done
done
python3 Tests/Benchmarks/bench.py $(psql --no-psqlrc --tuples-only --no-align --dbname=postgres \
  --command="SELECT substr(datname, 7) FROM pg_database WHERE datname LIKE 'bench\_%' ORDER BY length(datname), datname")
