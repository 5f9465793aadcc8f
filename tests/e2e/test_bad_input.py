"""Every bad input ends in a named error, with the last good release as it was."""

from __future__ import annotations

import json
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gapwatch import snapshots
from gapwatch.project import Project
from tests.command import COMMAND, contents, gapwatch
from tests.e2e.conftest import change_share, copied
from tests.repin import repin

WARD = "ward-life-expectancy"


@pytest.fixture
def good(released: Project) -> Iterator[Project]:
    """A project with a good release; whatever the test does to it, the release must survive."""
    before = contents(released.reports)
    database = (released.curated / "gapwatch.duckdb").read_bytes()
    yield released
    assert contents(released.reports) == before
    assert (released.curated / "gapwatch.duckdb").read_bytes() == database
    assert not list(released.root.rglob(".building-*"))


def refused(project: Project, code: int, *told: str) -> str:
    done = gapwatch(project, "run", "--json")
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for part in ("expected:", "found:", "to do:", *told):
        assert part in done.stderr
    return done.stderr


def object_of(project: Project, source: str) -> Path:
    return snapshots.object_path(project.raw, snapshots.load(project.raw).pin(source).objects[0])


def line(text: str, start: str) -> str:
    return next(each for each in text.splitlines(keepends=True) if each.startswith(start))


ABBEY_ROAD = "ward2011,E05000630,Abbey Road,male,2005,2009,"


def test_a_flipped_byte_in_an_object(good: Project) -> None:
    path = object_of(good, WARD)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    refused(good, 5, path.name, "sha256")


def test_a_missing_object(good: Project) -> None:
    path = object_of(good, WARD)
    path.unlink()
    refused(good, 5, path.name, "No such file")


def test_a_csv_that_stops_in_the_middle_of_a_line(good: Project) -> None:
    repin(good, WARD, lambda text: text[:-20])
    refused(good, 3, WARD, "stops in the middle of a line")


@pytest.mark.long
def test_a_csv_that_lost_its_last_rows(good: Project) -> None:
    repin(good, WARD, lambda text: "".join(text.splitlines(keepends=True)[:-75]))
    refused(good, 3, "every area of the study has a row", "period_start")


@pytest.mark.long
def test_a_ward_code_twice(good: Project) -> None:
    repin(good, WARD, lambda text: text + line(text, ABBEY_ROAD))
    refused(good, 3, WARD, "area_code E05000630, sex male, period_start 2005", "again")


@pytest.mark.parametrize(
    ("cells", "blanked", "column"),
    [
        ("Abbey Road,male,2005,2009,", "Abbey Road,,2005,2009,", "column sex"),
        ("Abbey Road,male,2005,2009,", "Abbey Road,male,,2009,", "column period_start"),
        (
            "ward2011,E05000630,Abbey Road,male,2005,",
            "ward2011,,Abbey Road,male,2005,",
            "column area_code",
        ),
    ],
)
def test_a_blank_where_a_value_must_be(
    good: Project, cells: str, blanked: str, column: str
) -> None:
    repin(good, WARD, lambda text: text.replace(cells, blanked, 1))
    refused(good, 3, WARD, "row ", column, "a blank")


def test_a_value_without_its_interval(good: Project) -> None:
    def cut(text: str) -> str:
        row = line(text, ABBEY_ROAD)
        return text.replace(row, ",".join(row.split(",")[:7]) + ",,\n")

    repin(good, WARD, cut)
    refused(good, 3, "withheld_together", "E05000630 male 2005 2009")


def test_an_upper_limit_below_the_lower(good: Project) -> None:
    def swap(text: str) -> str:
        row = line(text, ABBEY_ROAD)
        cells = row.rstrip("\n").split(",")
        cells[7], cells[8] = cells[8], cells[7]
        return text.replace(row, ",".join(cells) + "\n")

    repin(good, WARD, swap)
    refused(good, 3, "lower <= value <= upper", "E05000630 male 2005 2009")


def test_life_expectancy_that_no_one_has(good: Project) -> None:
    def raise_it(text: str) -> str:
        row = line(text, ABBEY_ROAD)
        cells = row.rstrip("\n").split(",")
        cells[6:9] = ["111", "110.5", "112"]
        return text.replace(row, ",".join(cells) + "\n")

    repin(good, WARD, raise_it)
    refused(good, 3, "column life_expectancy_years", "at most 110", "111")


@pytest.mark.long
def test_a_jump_that_no_ward_makes(good: Project) -> None:
    def jump(text: str) -> str:
        row = line(text, ABBEY_ROAD)
        cells = row.rstrip("\n").split(",")
        cells[6:9] = ["95", "93", "97"]
        return text.replace(row, ",".join(cells) + "\n")

    repin(good, WARD, jump)
    refused(good, 3, "at most 5 years between neighbouring windows", "E05000630")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_study_that_names_a_ward_that_is_not_in_the_data(good: Project) -> None:
    edit(good.study_file, "E05000630", "E05009999")
    refused(good, 2, "geography.areas[1] (Abbey Road)", "E05009999", "ward2011")


def test_a_baseline_outside_the_data(good: Project) -> None:
    edit(good.study_file, "baseline_period = [2005, 2009]", "baseline_period = [1990, 1994]")
    refused(good, 2, "promise.baseline_period", "1990 to 1994", "1999 to 2003")


@pytest.mark.long
def test_an_unknown_type_of_expectation(good: Project) -> None:
    edit(good.expectations / "gap.json", "be_in_set", "be_in_sett")
    refused(good, 3, "expectations/gap.json", "did you mean")


@pytest.mark.long
def test_an_empty_suite(good: Project) -> None:
    path = good.expectations / "gap.json"
    path.write_text(json.dumps({"table": "gap", "expectations": []}))
    refused(good, 3, "expectations/gap.json", "checks nothing")


def test_an_unknown_snapshot(good: Project) -> None:
    done = gapwatch(good, "run", "--snapshot", "2020-01-01-0000000000")
    assert done.returncode == 2
    assert snapshots.ids(good.raw)[0] in done.stderr


def test_a_release_that_was_tampered_with_is_named_and_left_for_inspection(
    released: Project,
) -> None:
    report = next(released.reports.glob("*/report.html"))
    report.write_bytes(report.read_bytes() + b"<!-- -->")
    refused(released, 5, "report.html")
    assert report.read_bytes().endswith(b"<!-- -->")


def test_a_read_only_output_folder(good: Project, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    done = gapwatch(good, "run", "--out", str(locked))
    locked.chmod(0o755)
    assert done.returncode == 1
    assert str(locked) in done.stderr
    assert "--out" in done.stderr
    assert not list(locked.iterdir())


def no_room(limit: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


LATER = [pytest.param(n, marks=pytest.mark.long) for n in (60_000, 900_000, 3_000_000)]


@pytest.mark.parametrize("limit", [2_000, *LATER])
def test_a_disk_that_fills_up(good: Project, tmp_path: Path, limit: int) -> None:
    """The system refuses to write more: at the first table, at the report, at the database."""
    mine = copied(good, tmp_path / "full")
    change_share(mine, "0.4")  # so that the run has another release to write
    before = contents(mine.reports)
    done = subprocess.run(
        [*COMMAND, "run"],
        cwd=mine.root,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=no_room(limit),
        timeout=300,
    )
    assert contents(mine.reports) == before
    assert done.returncode == 1, done.stderr
    assert "room on the disk" in done.stderr
    assert "Traceback" not in done.stderr
