"""Measures a folder of 1,000 migrations: status, and apply against sqlite3's and psql's time for the same
statements in as many transactions. Prints ratios. KEDGE names the binary."""

import os
import subprocess
import sys
import tempfile
import time

KEDGE = os.environ.get("KEDGE", ".build/release/kedge")
COUNT = 1000
ROUNDS = 3


def seconds(command, stdin=None, **extra):
    """The wall-clock time of a command that must succeed."""
    start = time.monotonic()
    with open(stdin or os.devnull) as handle:
        done = subprocess.run(command, stdin=handle, capture_output=True, text=True, **extra)
    elapsed = time.monotonic() - start
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed: {done.stderr}")
    return elapsed


def best(measure):
    return min(measure() for _ in range(ROUNDS))


def statements(number, engine):
    schema = "public." if engine == "postgresql" else ""
    return (
        f"CREATE TABLE {schema}t{number} (id integer PRIMARY KEY, name text NOT NULL, note text);\n"
        f"CREATE INDEX t{number}_name_idx ON {schema}t{number} (name);\n"
    )


def write(folder, engine):
    """The folder of migrations, and the same as one script."""
    migrations = os.path.join(folder, engine)
    os.mkdir(migrations)
    begin = "BEGIN;\n" if engine == "postgresql" else "BEGIN IMMEDIATE;\n"
    script = ""
    for number in range(1, COUNT + 1):
        name = os.path.join(migrations, f"{20260101000000 + number}_step")
        text = statements(number, engine)
        with open(name + ".up.sql", "w") as up, open(name + ".down.sql", "w") as down:
            up.write(text)
            down.write(f"DROP TABLE t{number};\n")
        script += begin + text + "COMMIT;\n"
    path = os.path.join(folder, engine + ".sql")
    with open(path, "w") as handle:
        handle.write(script)
    return migrations, path


def report(what, kedge, other=None, name=""):
    line = f"{what:<28} kedge {kedge:7.3f} s"
    print(line if other is None else f"{line}   {name} {other:7.3f} s   ratio {kedge / other:.2f}", flush=True)


def sqlite(folder):
    migrations, script = write(folder, "sqlite")
    database = os.path.join(folder, "app.db")

    def fresh():
        for name in os.listdir(folder):
            if name.startswith("app.db"):
                os.unlink(os.path.join(folder, name))

    def by_kedge():
        fresh()
        return seconds([KEDGE, "apply", database, "--folder", migrations, "--quiet"])

    def by_shell():
        fresh()
        return seconds(["sqlite3", "-bail", database], stdin=script)

    shell = best(by_shell)
    report(f"sqlite: apply {COUNT}", best(by_kedge), shell, "sqlite3")
    report("sqlite: status", best(lambda: seconds([KEDGE, "status", database, "--folder", migrations])))


def postgresql(folder):
    migrations, script = write(folder, "postgresql")
    host = os.environ["PGHOST"]

    def fresh():
        for command in ("DROP DATABASE IF EXISTS bench_apply", "CREATE DATABASE bench_apply"):
            seconds(["psql", "-Xq", "-d", "postgres", "-c", command])

    url = f"postgresql:///bench_apply?host={host}"

    def by_kedge():
        fresh()
        return seconds([KEDGE, "apply", url, "--folder", migrations, "--quiet"])

    def by_shell():
        fresh()
        return seconds(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", "bench_apply", "-f", script])

    shell = best(by_shell)
    report(f"postgresql: apply {COUNT}", best(by_kedge), shell, "psql   ")
    report("postgresql: status", best(lambda: seconds([KEDGE, "status", url, "--folder", migrations])))


with tempfile.TemporaryDirectory() as folder:
    sqlite(folder)
    if "PGHOST" in os.environ:
        postgresql(folder)
