"""SQLite: inspection against `sqlite3 FILE .schema`, and a rebuild against the same procedure written by hand.

usage: sqlite.py [TABLES [ROWS]]     10,000 tables, and a table of 1,000,000 rows, unless told otherwise
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
KEDGE = os.environ["KEDGE"]
BENCHMARK = os.environ["BENCHMARK"]

TABLE = """CREATE TABLE table_{0} (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  parent_id INTEGER,
  name VARCHAR(100) NOT NULL DEFAULT '' COLLATE NOCASE,
  amount NUMERIC(10,2) CHECK (amount >= 0),
  state TEXT NOT NULL DEFAULT 'new',
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  note TEXT,
  CONSTRAINT table_{0}_name UNIQUE (name, state),
  FOREIGN KEY (parent_id) REFERENCES table_{1} (id) ON DELETE CASCADE
);
CREATE INDEX table_{0}_parent ON table_{0} (parent_id);
CREATE INDEX table_{0}_open ON table_{0} (created_at DESC) WHERE state = 'new';
"""

BEFORE = """CREATE TABLE parent (id INTEGER PRIMARY KEY, label TEXT NOT NULL);
CREATE TABLE entries (id INTEGER PRIMARY KEY AUTOINCREMENT, parent_id INTEGER REFERENCES parent (id),
  name TEXT, amount NUMERIC, created_at TEXT);
CREATE INDEX entries_parent ON entries (parent_id);
"""
AFTER = BEFORE.replace("name TEXT", "name TEXT NOT NULL").replace(
    "amount NUMERIC", "amount NUMERIC CHECK (amount >= 0)")
FILLING = """INSERT INTO parent VALUES (1, 'a'), (2, 'b'), (3, 'c');
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0})
INSERT INTO entries SELECT i, i % 3 + 1, 'name ' || i, i * 0.25, '2026-01-01 00:00:00' FROM n;
"""

# The procedure of sqlite.org/lang_altertable.html, 7, with what makes it safe: violations are asked for
# first, rows counted, the counter carried along, foreign keys checked before and after.
BY_HAND = """.bail on
PRAGMA foreign_keys = OFF;
SELECT foreign_keys FROM pragma_foreign_keys;
BEGIN IMMEDIATE;
SELECT count(*) FROM entries WHERE name IS NULL;
SELECT count(*) FROM entries WHERE NOT (amount >= 0);
PRAGMA foreign_key_check(entries);
CREATE TABLE new_entries (id INTEGER PRIMARY KEY AUTOINCREMENT, parent_id INTEGER REFERENCES parent (id),
  name TEXT NOT NULL, amount NUMERIC CHECK (amount >= 0), created_at TEXT);
INSERT INTO new_entries (id, parent_id, name, amount, created_at)
SELECT id, parent_id, name, amount, created_at FROM entries ORDER BY rowid;
SELECT (SELECT count(*) FROM entries) = (SELECT count(*) FROM new_entries);
DELETE FROM sqlite_sequence WHERE name = 'new_entries';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_entries', seq FROM sqlite_sequence WHERE name = 'entries';
DROP TABLE entries;
PRAGMA legacy_alter_table = ON;
ALTER TABLE new_entries RENAME TO entries;
PRAGMA legacy_alter_table = OFF;
CREATE INDEX entries_parent ON entries (parent_id);
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
"""


def run(command, text=None, output=subprocess.DEVNULL):
    process = subprocess.run(command, input=text, stdout=output, text=True, check=True)
    return process.stdout


def timed(command, text=None):
    started = time.monotonic()
    run(command, text)
    return time.monotonic() - started


def inspection(folder, tables):
    file = os.path.join(folder, "tables.db")
    texts = [TABLE.format(number, max(number - 1, 0)) for number in range(tables)]
    run(["sqlite3", "-bail", file], "BEGIN;" + "".join(texts) + "COMMIT;")
    programs = {"sqlite3 .schema": ["sqlite3", file, ".schema"]}
    for form in ("json", "yaml", "sql"):
        programs["inspect " + form] = [KEDGE, "inspect", file, "--format", form, "--quiet"]
    best, stages = {}, {}
    # Round by round, so that a slow moment of the machine does not hit one program alone.
    for _ in range(ROUNDS):
        for name, command in programs.items():
            best[name] = min(timed(command), best.get(name, 1e9))
        answer = run([BENCHMARK, "sqlite:" + file], output=subprocess.PIPE)
        for stage, value in re.findall(r"^(\S+) (\d+)$", answer, re.M):
            stages[stage] = min(int(value), stages.get(stage, 10**9))
    reference = best["sqlite3 .schema"]
    print(f"\nSQLite, {tables} tables, {stages['objects']} objects (best of {ROUNDS})")
    for name, seconds in best.items():
        print(f"  {name:16}{seconds:8.2f} s{seconds / reference:8.2f}x")
    inside = stages["inspect"] / 1000
    print(f"  {'inspect alone':16}{inside:8.2f} s{inside / reference:8.2f}x"
          f"   SQLite's own reading of its schema: {stages['open'] / 1000:.2f} s")


def rebuild(folder, rows):
    original, copy = os.path.join(folder, "rows.db"), os.path.join(folder, "copy.db")
    target = os.path.join(folder, "target.sql")
    run(["sqlite3", "-bail", original], BEFORE + FILLING.format(rows))
    with open(target, "w") as file:
        file.write(AFTER)
    # It ends with 1, since the two differ.
    ours = subprocess.run(
        [KEDGE, "diff", original, target, "--format", "script", "--allow", "all"],
        stdout=subprocess.PIPE, text=True).stdout
    best = {}
    for _ in range(3):
        for name, script in (("by hand", BY_HAND), ("kedge", ours)):
            shutil.copyfile(original, copy)
            os.sync()
            best[name] = min(timed(["sqlite3", copy], script), best.get(name, 1e9))
            count = run(["sqlite3", copy, "SELECT count(*), sum(id) FROM entries"], output=subprocess.PIPE)
            assert count == f"{rows}|{rows * (rows + 1) // 2}\n", count
    print(f"\nSQLite, a rebuild of a table with {rows} rows (best of 3)")
    for name, seconds in best.items():
        print(f"  {name:16}{seconds:8.2f} s{seconds / best['by hand']:8.2f}x")


def main(tables=10_000, rows=1_000_000):
    with tempfile.TemporaryDirectory() as folder:
        inspection(folder, int(tables))
        rebuild(folder, int(rows))


main(*sys.argv[1:])
