#!/usr/bin/env bash
# Starts a server and measures a folder of 1,000 migrations on both engines.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec </dev/null

export KEDGE=${KEDGE:-.build/release/kedge}
. .ci/postgres.sh
folder=$(mktemp -d)
trap 'stop_postgres; rm -rf "$folder"' EXIT
start_postgres "$folder"
python3 Tests/Benchmarks/migrations.py
