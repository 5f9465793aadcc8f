"""The command line: light to load, JSON alone on standard output, errors with their exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from gapwatch import snapshots
from gapwatch.project import Project
from tests.command import gapwatch
from tests.repin import repin

GAP_KEYS = [
    "measure",
    "sex",
    "period_start",
    "period_end",
    "worse_years",
    "better_years",
    "gap_years",
    "se_years",
    "lower95_years",
    "upper95_years",
    "relative_gap",
    "reason",
    "flags",
]


def test_help_loads_nothing_heavy() -> None:
    """Time is noisy; what is imported is not, and it is what --help costs."""
    heavy = (
        "numpy",
        "pandas",
        "scipy",
        "duckdb",
        "geopandas",
        "matplotlib",
        "great_expectations",
        "prefect",
        "pydantic",
        "typst",
        "jinja2",
    )
    code = (
        "import sys\nfrom gapwatch.cli import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["run", "gap", "status", "snapshots", "serve"])
def test_every_command_explains_itself(shipped: Project, command: str) -> None:
    done = gapwatch(shipped, command, "--help", COLUMNS="100")
    assert done.returncode == 0
    assert "--study" in done.stdout


def test_a_report_of_a_fault_can_name_the_version(shipped: Project) -> None:
    done = gapwatch(shipped, "--version")
    assert done.returncode == 0
    assert done.stdout == f"gapwatch {metadata.version('gapwatch')}\n"


def test_no_command_shows_the_commands(shipped: Project) -> None:
    assert "snapshots" in gapwatch(shipped).stdout


def test_gap_answers_in_json_with_the_promised_keys(shipped: Project) -> None:
    done = gapwatch(shipped, "gap", "--measure", "north-v-knightsbridge", "--sex", "male", "--json")
    rows = json.loads(done.stdout)
    assert len(rows) == 12
    assert all(list(row) == GAP_KEYS for row in rows)
    found = next(row for row in rows if row["period_start"] == 2005)
    assert found["gap_years"] == pytest.approx(14.0956, abs=1e-4)
    assert found["period_end"] == 2009
    assert found["reason"] == ""


def test_gap_shows_a_table_that_a_pipe_does_not_cut_off(shipped: Project) -> None:
    done = gapwatch(shipped, "gap", "--measure", "north-v-south", "--sex", "male")
    line = next(line for line in done.stdout.splitlines() if "2005   2009" in line)
    assert line.split()[:9] == [
        "north-v-south",
        "male",
        "2005",
        "2009",
        "78.0",
        "83.3",
        "5.3",
        "4.1",
        "6.5",
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("gap", "--measure", "nort"), "north-v-knightsbridge"),
        (("gap", "--sex", "men"), "female, male"),
        (("gap", "--snapshot", "none"), "snapshot 'none'"),
        (("run", "--study", "nowhere.toml"), "nowhere.toml"),
        (("snapshots", "--study", "nowhere.toml"), "nowhere.toml"),
        (("rum",), "rum"),
        (("run", "--snapsot", "x"), "--snapsot"),
    ],
)
def test_a_wrong_question_is_answered_with_what_is_known(
    shipped: Project, arguments: tuple[str, ...], told: str
) -> None:
    done = gapwatch(shipped, *arguments)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_snapshots_lists_every_pin_with_its_licence(shipped: Project) -> None:
    listed = json.loads(gapwatch(shipped, "snapshots", "--json").stdout)
    assert [snapshot["id"] for snapshot in listed] == snapshots.ids(shipped.raw)
    for pin in listed[0]["pins"]:
        assert "Open Government Licence" in pin["licence"]
    assert listed[0]["pins"][0]["sha256"] in gapwatch(shipped, "snapshots").stdout


def test_snapshots_finds_a_flipped_byte(project: Project) -> None:
    path = next((project.raw / "objects").iterdir())
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    done = gapwatch(project, "snapshots")
    assert done.returncode == 5
    assert path.name in done.stderr


def test_status_before_any_release_says_there_is_none(project: Project) -> None:
    found = json.loads(gapwatch(project, "status", "--json").stdout)
    assert found["release"] is None
    assert found["verdict"] is None
    assert not found["up_to_date"]
    assert found["snapshot"] == snapshots.ids(project.raw)[-1]


@pytest.mark.long
def test_what_differs_between_two_snapshots_is_told_by_area_period_and_value(
    project: Project,
) -> None:
    old = snapshots.load(project.raw).id
    new = repin(
        project,
        "ward-life-expectancy",
        lambda text: text.replace("Road,female,1999,2003,82.3", "Road,female,1999,2003,82.5"),
    )
    done = gapwatch(project, "snapshots", "diff", old, new, "--json")
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)
    assert (told["column"], told["old"], told["new"]) == ("life_expectancy_years", "82.3", "82.5")
    assert "area_code=E05000630" in told["key"]
    shown = gapwatch(project, "snapshots", "diff", old, new).stdout
    assert "82.3 -> 82.5" in shown
    assert "1 difference." in shown
    assert "No differences." in gapwatch(project, "snapshots", "diff", old, old).stdout


def test_comparing_with_a_snapshot_that_is_not_there_is_a_usage_error(shipped: Project) -> None:
    name = snapshots.load(shipped.raw).id
    done = gapwatch(shipped, "snapshots", "diff", name, "2020-01-01-0000000000")
    assert done.returncode == 2
    assert name in done.stderr


@pytest.mark.parametrize("option", ["--out", "--database"])
def test_boroughs_never_writes_over_a_file_that_it_reads(
    shipped: Project, tmp_path: Path, option: str
) -> None:
    files = [tmp_path / name for name in ("deaths.csv", "people.csv", "lookup.csv")]
    for file in files:
        file.write_text("what somebody needs\n", encoding="utf-8")
    done = gapwatch(shipped, "boroughs", *map(str, files), option, str(files[1]))
    assert done.returncode == 2
    assert f"found:    {files[1]}, which is read" in done.stderr
    assert all(file.read_text(encoding="utf-8") == "what somebody needs\n" for file in files)
