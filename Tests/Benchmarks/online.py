"""The longest time that a client's statement took while a change was applied: online form against plain form.

pgbench reads and writes the table in a loop and logs every transaction; with `--reader` somebody keeps a transaction
open for ten seconds meanwhile, so that locks have to be waited for. Ratios and seconds are of one run.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

KEDGE = os.path.abspath(os.environ["KEDGE"])
ROWS = int(os.environ["ROWS"])
FOLDER = Path(os.environ["FOLDER"])
LOCK_TIMEOUT = 3.0
# Of the partitions.
BOUNDS = {"half": ROWS // 2, "limit": ROWS + 1, "beyond": 2 * ROWS + 1}

TABLE = """
CREATE TABLE parents (id bigint PRIMARY KEY, name text NOT NULL);
INSERT INTO parents SELECT i, 'p' || i FROM generate_series(1, 1000) i;
CREATE TABLE items (id bigint PRIMARY KEY, parent bigint NOT NULL, a integer NOT NULL, b text, code varchar(20),
  CONSTRAINT items_a_check CHECK (a >= 0));
INSERT INTO items SELECT i, 1 + i % 1000, i, 'text ' || i, 'c' || i FROM generate_series(1, {rows}) i;
ALTER TABLE items ALTER b SET STATISTICS 100;
CREATE INDEX items_b ON items (b);
CREATE TABLE events (id bigint NOT NULL, a integer NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO ({half});
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ({half}) TO ({limit});
INSERT INTO events SELECT i, i FROM generate_series(1, {rows}) i;
CREATE TABLE events_3 (id bigint NOT NULL, a integer NOT NULL);
INSERT INTO events_3 SELECT {limit} + i - 1, i FROM generate_series(1, {rows}) i;
CREATE MATERIALIZED VIEW totals AS SELECT a AS id, a FROM items WHERE a % 10 = 0;
CREATE UNIQUE INDEX totals_id ON totals (id);
VACUUM ANALYZE;
"""

# What is changed, as the statement that a person would write.
CHANGES = {
    "index": "CREATE INDEX items_a ON items (a);",
    "unique": "ALTER TABLE items ADD CONSTRAINT items_code_key UNIQUE (code);",
    "foreign key": "ALTER TABLE items ADD CONSTRAINT items_parent FOREIGN KEY (parent) REFERENCES parents;",
    "check": "ALTER TABLE items ADD CONSTRAINT items_b CHECK (length(b) > 0);",
    "not null": "ALTER TABLE items ALTER b SET NOT NULL;",
    "volatile default": "ALTER TABLE items ADD COLUMN u uuid DEFAULT gen_random_uuid();",
    "wider type": "ALTER TABLE items ALTER code TYPE varchar(40);",
    "identity": "ALTER TABLE items ADD COLUMN n bigint GENERATED ALWAYS AS IDENTITY;",
    "another index": "DROP INDEX items_b; CREATE INDEX items_b ON items (b, a);",
    "another check": "ALTER TABLE items DROP CONSTRAINT items_a_check, ADD CONSTRAINT items_a_check CHECK (a >= -1);",
    "partitions' index": "CREATE INDEX events_a ON events (a);",
    "new partition": "CREATE TABLE events_4 PARTITION OF events FOR VALUES FROM (-9) TO (0);",
    "attach": "ALTER TABLE events ATTACH PARTITION events_3 FOR VALUES FROM ({limit}) TO ({beyond});",
    "detach": "ALTER TABLE events DETACH PARTITION events_2;",
    "view's query": "DROP MATERIALIZED VIEW totals; CREATE MATERIALIZED VIEW totals AS SELECT a AS id, a + 1 AS a FROM items "
    "WHERE a % 10 = 0; CREATE UNIQUE INDEX totals_id ON totals (id);",
}

# What clients do meanwhile, on a table that the change is about.
CLIENT = """
\\set id random(1, {rows})
SELECT a FROM {table} WHERE id = :id;
UPDATE {table} SET a = a WHERE id = :id;
"""
READER = """
\\set id random(1, {rows})
SELECT a FROM {table} WHERE id = :id;
"""


def client(change):
    sql = CHANGES[change]
    if "totals" in sql:
        return READER.format(rows=ROWS, table="totals")
    # Of a partition that stays; without an index whoever looks for a row reads all of them.
    if "events" in sql:
        return "UPDATE events_1 SET a = a WHERE ctid = '(0,1)';\nINSERT INTO events VALUES (1, 1);\n"
    return CLIENT.format(rows=ROWS, table="items")


def run(*command, text=None, check=True):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if check and done.returncode not in (0, 1):
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr}")
    return done


def psql(database, text, check=True):
    return run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", "-", text=text, check=check)


def copy(database, template="online"):
    run("psql", "-X", "-q", "-d", "postgres", "-c", f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
    run("psql", "-X", "-q", "-d", "postgres", "-c", f"CREATE DATABASE {database} TEMPLATE {template}")


def script(change, plain):
    """The SQL that Kedge writes to get from the table to the changed one."""
    copy("online_to", "online_shape")
    psql("online_to", CHANGES[change].format(**BOUNDS))
    options = ["--plain"] if plain else []
    return run(
        KEDGE, "diff", "postgresql:///online", "postgresql:///online_to", "--format", "script", "--quiet",
        "--allow", "all", *options).stdout


def longest(database, sql, reader, client_script):
    """Seconds: the longest transaction of a client, and how long the change took."""
    log = FOLDER / "pgbench"
    shutil.rmtree(log, ignore_errors=True)
    log.mkdir()
    client = log / "client.sql"
    client.write_text(client_script)
    bench = subprocess.Popen(
        [pgbench(), "-n", "-c", "4", "-j", "1", "-T", "600", "-R", "200", "-f", client, "-l", "--log-prefix", log / "log",
         database], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    holder = None
    if reader:
        holder = subprocess.Popen(
            ["psql", "-X", "-q", "-d", database, "-c", "BEGIN", "-c", "SELECT count(*) FROM items WHERE id < 10",
             "-c", "SELECT count(*) FROM events WHERE id < 10", "-c", "SELECT count(*) FROM totals WHERE id < 10",
             "-c", "SELECT pg_sleep(10)", "-c", "COMMIT"], stdout=subprocess.DEVNULL)
        time.sleep(0.5)
    start = time.monotonic()
    deadline = start + 120
    while psql(database, sql, check=False).returncode != 0 and time.monotonic() < deadline:
        # A lock_timeout: as the runner does, again after a while. What was made is made anew.
        time.sleep(0.5)
        sql = remaining(database, sql)
    took = time.monotonic() - start
    time.sleep(0.5)
    bench.terminate()
    bench.wait()
    if holder:
        holder.wait()
    worst = 0
    for file in log.glob("log*"):
        for line in file.read_text().splitlines():
            # client, transaction, microseconds, script, time, microseconds, schedule lag: the lag is queueing behind
            # a statement that waits, and counts. The last line may have been cut off.
            fields = line.split()
            if len(fields) == 7:
                worst = max(worst, int(fields[2]))
    return worst / 1e6, took


def remaining(database, sql):
    """What is still to do, planned again from what is there."""
    options = [] if "CONCURRENTLY" in sql or "NOT VALID" in sql or "SET LOCAL lock_timeout" in sql else ["--plain"]
    psql(database, ";".join(re.findall(r"DROP INDEX[^;]*", invalid(database))) or "SELECT 1")
    return run(
        KEDGE, "diff", f"postgresql:///{database}", "postgresql:///online_to", "--format", "script", "--quiet",
        "--allow", "all", *options).stdout


def invalid(database):
    return psql(
        database,
        "\\t on\n\\pset format unaligned\nSELECT format('DROP INDEX %s;', indexrelid::regclass) FROM pg_index WHERE NOT indisvalid;"
    ).stdout


def pgbench():
    found = shutil.which("pgbench") or next(
        map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)), None)
    return found or sys.exit("pgbench is not installed: it comes with PostgreSQL's server")


def main():
    reader = "--reader" in sys.argv
    wanted = [name for name in sys.argv[1:] if not name.startswith("-")] or list(CHANGES)
    for name in ("online", "online_shape"):
        run("psql", "-X", "-q", "-d", "postgres", "-c", f"CREATE DATABASE {name}")
        psql(name, TABLE.format(rows=ROWS if name == "online" else 0, **BOUNDS))
    print(f"{ROWS:,} rows, clients at 200 transactions a second" + (", a reader's transaction open for 10 s" if reader else ""))
    print(f"{'change':18}{'online':>10}{'plain':>10}{'ratio':>8}   took: online, plain")
    bound = LOCK_TIMEOUT + 0.2 if reader else 1.0
    missed = []
    for change in wanted:
        times = {}
        for form in ("online", "plain"):
            sql = script(change, form == "plain")
            copy("online_run")
            times[form] = longest("online_run", sql, reader, client(change))
        (online, took), (plain, plain_took) = times["online"], times["plain"]
        print(f"{change:18}{online:9.2f}s{plain:9.2f}s{plain / max(online, 1e-6):8.1f}   {took:.1f} s, {plain_took:.1f} s")
        if online > bound:
            missed.append(change)
    if missed:
        print(f"longer than {bound} s: {', '.join(missed)}")


main()
