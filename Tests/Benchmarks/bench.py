"""Runs the programs side by side and prints times, ratios and peak memory. Called by bench.sh."""
import os
import subprocess
import sys
import time

ROUNDS = 5
KEDGE = os.environ["KEDGE"]
BENCHMARK = os.environ["BENCHMARK"]
RAW = os.path.join(os.path.dirname(__file__), "raw-catalog.sql")


def url(count):
    return "postgresql://{PGUSER}@{PGHOST}:{PGPORT}/bench_{0}".format(count, **os.environ)


def once(command):
    """Seconds of wall time and peak memory in MiB of one run with its output thrown away."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} ended with exit code {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


def main(counts):
    results = {}
    for count in counts:
        programs = {
            "raw columns": ["psql", "-X", "-q", "-A", "-t", "-d", url(count), "-f", RAW],
            "pg_dump -s": ["pg_dump", "-s", "-d", url(count)],
            "inspect json": [KEDGE, "inspect", url(count), "--format", "json", "--quiet"],
            "inspect yaml": [KEDGE, "inspect", url(count), "--format", "yaml", "--quiet"],
        }
        best = {}
        # Round by round, so that a slow moment of the machine does not hit one program alone.
        for round in range(ROUNDS):
            for name, command in programs.items():
                seconds, memory = once(command)
                if round:
                    old = best.get(name, (seconds, memory))
                    best[name] = (min(old[0], seconds), max(old[1], memory))
                else:
                    best.setdefault(name, (seconds, memory))
        answer = subprocess.run([BENCHMARK, url(count)], capture_output=True, text=True, check=True)
        stages = dict(line.split() for line in answer.stdout.splitlines())
        results[count] = best, stages

    for count, (best, stages) in results.items():
        raw, dump = best["raw columns"][0], best["pg_dump -s"][0]
        print(f"\n{count} tables, {stages['objects']} objects (best of {ROUNDS})")
        print(f"  {'':14}{'seconds':>9}{'of raw':>9}{'pg_dump is':>13}{'peak MiB':>10}")
        for name, (seconds, memory) in best.items():
            print(f"  {name:14}{seconds:9.2f}{seconds / raw:8.2f}x{dump / seconds:12.1f}x{memory:10.0f}")
        inside = int(stages["inspect"]) / 1000
        print(f"  {'inspect alone':14}{inside:9.2f}{inside / raw:8.2f}x{dump / inside:12.1f}x")
        print("  in memory, milliseconds: " + ", ".join(
            f"{stage} {stages[stage]}" for stage in stages if stage not in ("inspect", "objects")))
    if len(results) > 1:
        (small, first), (large, last) = list(results.items())[0], list(results.items())[-1]
        factor = int(large) / int(small)
        print(f"\nFrom {small} to {large} tables ({factor:.0f} times as many):")
        for name in first[0]:
            (s0, m0), (s1, m1) = first[0][name], last[0][name]
            print(f"  {name:14} {s1 / s0:5.1f} times the time, {m1 / m0:5.1f} times the memory")
        for stage in first[1]:
            before, after = int(first[1][stage]), int(last[1][stage])
            if before >= 5:
                print(f"  {stage:17} {after / before:5.1f} times the time")


main(sys.argv[1:])
