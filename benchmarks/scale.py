"""Measure how long this project and its peers take to segment many customers.

`python benchmarks/scale.py` generates customers, and segments them in turn with this
project as users run it (`dbt build` of the selector `core`) and with the peers of
peers.py. Every run has a separate process, and every contender runs once per round.
Medians and ratios go to docs/scale.md, with the machine and its load. With several
numbers in `--rows`, it also draws a curve.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import duckdb
import psutil
import yaml
from peers import CLUSTERS, FEATURES, LOGARITHMIC, PEERS, SWEEP
from scale_page import ROOT, Run, draw, report

DBT = ROOT / ".venv" / "bin" / "dbt"
PYTHON = ROOT / ".venv" / "bin" / "python"
POLL_SECONDS = 0.02

OURS = {
    "this project, k given": CLUSTERS,
    "this project, k chosen": [SWEEP.start, SWEEP.stop - 1],
    "this project, scoring": CLUSTERS,
}
SCORING = "this project, scoring"


def measure(command: list[str], environment: dict[str, str]) -> tuple[dict, str]:
    """Run a command to its end. Return its wall and CPU seconds, its largest memory,
    and its output.

    Raises:
        RuntimeError: the command failed.
    """
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=subprocess.STDOUT, text=True
        )
        memory, cpu = 0, {}
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            resident = 0
            try:
                for one in [watched, *watched.children(recursive=True)]:
                    times = one.cpu_times()
                    cpu[one.pid] = times.user + times.system
                    resident += one.memory_info().rss
            except psutil.Error:
                pass
            memory = max(memory, resident)
            time.sleep(POLL_SECONDS)
        wall = time.perf_counter() - start
        output.seek(0)
        printed = output.read()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{printed[-4000:]}")
    figures = {"wall": wall, "cpu": sum(cpu.values()), "memory": memory / 2**20}
    return figures, printed


def configuration(file: Path, clusters: int | list[int]) -> str:
    """Return the vars of a project with these customers, as YAML."""
    return yaml.safe_dump(
        {
            "segmentation_customers": f"read_parquet('{file}')",
            "segmentation_attributes": [],
            "segmentation_measures": {},
            "segmentation_features": {
                name: {
                    "basis": "behavioral",
                    "min": 0,
                    "transform": "log" if name in LOGARITHMIC else "none",
                }
                for name in FEATURES
            },
            "segmentations": {"all": {"features": FEATURES, "clusters": clusters}},
        }
    )


def build(contender: str, file: Path, folder: Path) -> tuple[dict, dict]:
    """Build with dbt and return figures of the run and of the fit."""
    database = folder / "ours.duckdb"
    given = folder / "given.duckdb"
    if contender == SCORING:
        shutil.copy(given, database)
    else:
        database.unlink(missing_ok=True)
    environment = os.environ | {
        "SEGMENTATION_DATABASE": str(database),
        "SEGMENTATION_TEMP_DIRECTORY": str(folder / "spill"),
        "DO_NOT_TRACK": "1",
    }
    options = [
        *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
        *("--target-path", str(folder / "target" / contender)),
        *("--vars", configuration(file, OURS[contender])),
    ]
    # Parse first. The measured build then finds a parsed project, as in every checkout
    # that was built before.
    subprocess.run(
        [DBT, "--quiet", "parse", *options], env=environment, check=True, cwd=ROOT
    )
    figures, _ = measure(
        [str(DBT), "--quiet", "build", "--selector", "core", *options], environment
    )
    with duckdb.connect(str(database), read_only=True) as connection:
        (fit,) = connection.sql(
            "select clusters, inertia from segmentation_fits where is_champion"
        ).fetchall()
    results = json.loads(
        (folder / "target" / contender / "run_results.json").read_text()
    )
    if contender == next(iter(OURS)):
        shutil.copy(database, given)
    return figures, {
        **dict(zip(("clusters", "inertia"), fit, strict=True)),
        "nodes": {
            node["unique_id"].split(".")[2]: node["execution_time"]
            for node in results["results"]
        },
    }


def run_peer(contender: str, file: Path, folder: Path) -> tuple[dict, dict]:
    """Run a peer and return figures of the run and of the fit."""
    output = folder / "peer"
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    script = Path(__file__).with_name("peers.py")
    figures, printed = measure(
        [sys.executable, str(script), contender, str(file), str(output)],
        os.environ | {"SPARK_LOCAL_DIRS": str(folder / "spill")},
    )
    return figures, json.loads(printed.strip().splitlines()[-1])


def generate(rows: int, folder: Path) -> Path:
    """Write a file with this number of the sample's customers, unless it exists."""
    file = folder / f"customers_{rows}.parquet"
    if not file.exists():
        generator = ROOT / "seeds" / "generator" / "generate.py"
        subprocess.run(
            [PYTHON, generator, "--rows", str(rows), "--parquet", file], check=True
        )
    return file


def compare(
    rows: int, contenders: list[str], rounds: int, folder: Path
) -> tuple[list[Run], dict]:
    """Return the runs of all contenders, round by round, and the seconds of each node
    in our last builds.
    """
    file = generate(rows, folder)
    runs, nodes = [], {}
    for number in range(rounds):
        for contender in contenders:
            load = os.getloadavg()[0]
            run = build if contender in OURS else run_peer
            figures, fit = run(contender, file, folder)
            nodes[contender] = fit.pop("nodes", {})
            runs.append(Run(contender, rows, **figures, **fit, load=load))
            print(
                f"{rows:,} customers, round {number + 1}: {contender}: "
                f"{figures['wall']:.1f} s, {figures['cpu']:.1f} CPU s, "
                f"{figures['memory']:,.0f} MB",
                flush=True,
            )
    return runs, nodes


def main() -> None:
    """Read the command line, measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=ROOT / "target" / "benchmark")
    parser.add_argument("--only", nargs="+", choices=[*OURS, *PEERS])
    parser.add_argument("--results", type=Path, help="a file to add the runs to")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    contenders = arguments.only or [
        *OURS,
        *[name for name in PEERS if name != "pandas, sweep"],
    ]
    known = {"runs": [], "nodes": {}}
    if arguments.results and arguments.results.exists():
        known = json.loads(arguments.results.read_text())
    runs = [Run(**run) for run in known["runs"]]
    nodes = {int(rows): value for rows, value in known["nodes"].items()}
    for rows in arguments.rows:
        new, seconds = compare(rows, contenders, arguments.rounds, arguments.folder)
        runs += new
        nodes.setdefault(rows, {}).update(
            {contender: value for contender, value in seconds.items() if value}
        )
        if arguments.results:
            arguments.results.write_text(
                json.dumps({"runs": [asdict(run) for run in runs], "nodes": nodes})
            )
    report(runs, nodes)
    draw(runs)


if __name__ == "__main__":
    main()
