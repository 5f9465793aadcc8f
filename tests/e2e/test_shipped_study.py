"""The study that ships, unchanged but for the publishers' addresses, against their replica.

What it finds is held against an oracle that reads the workbooks' rows by itself and makes each life
table one at a time (tests/oracles).
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from gapwatch import previewing, snapshots
from gapwatch import study as study_file
from gapwatch.counting.counts import period
from gapwatch.counting.gaps import two_sides
from gapwatch.counting.life_tables import tabled
from gapwatch.demo.replica import World, westminster
from gapwatch.demo.replica.workbooks import NEW_FILE, NEW_PAGE, OLD_FILE, OLD_MEMBER, OLD_PAGE
from gapwatch.gap.evidence import Series, series
from gapwatch.project import Project
from gapwatch.sources.inputs import load_inputs
from tests.command import gapwatch
from tests.oracles.life_table import life_table

# A pull of the replica at the size of a borough takes longer than all other tests may.
pytestmark = pytest.mark.long

STARTS = [0, 1, *range(5, 90, 5)]
SEXES = ("Male", "Female")
Counts = dict[str, list[int]]
AREAS = westminster.areas()
WARD_OF_OLD = {row[1]: row[0] for row in AREAS}
WARD_OF_NEW = {row[3]: row[0] for row in AREAS}


@pytest.fixture(scope="module")
def said(shipped_pull: Project) -> dict[str, Any]:
    done = gapwatch(shipped_pull, "run", "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def found(shipped_pull: Project) -> Series:
    study, _ = study_file.load(shipped_pull.study_file)
    return series(study, load_inputs(shipped_pull.raw, snapshots.load(shipped_pull.raw), study))


def rows_of(content: bytes, place: int, header: int) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(place - 1).to_python(skip_empty_area=False)[header:]


@pytest.fixture(scope="module")
def deaths(shipped_world: World) -> dict[tuple[str, int, str], list[int]]:
    """Deaths of Westminster by ward of 2011, year to June and sex, in bands up to 85 and over."""
    with zipfile.ZipFile(io.BytesIO(shipped_world.files[OLD_PAGE][OLD_FILE])) as archive:
        old = archive.read(OLD_MEMBER)
    new = shipped_world.files[NEW_PAGE][NEW_FILE]
    total: dict[tuple[str, int, str], list[int]] = defaultdict(lambda: [0] * len(STARTS))
    for content, sheets, header, wards in (
        (old, (6, 7), 4, WARD_OF_OLD),
        (new, (5, 6), 3, WARD_OF_NEW),
    ):
        for sex, sheet in zip(SEXES, sheets, strict=True):
            for year, _, _, code, _, *counts in rows_of(content, sheet, header):
                if code in wards:
                    bands = total[wards[code], int(year), sex]
                    for at, count in enumerate(counts):
                        bands[min(at, len(STARTS) - 1)] += int(count)
    return total


def person_years(world: World, wards: set[str], year: int, sex: int) -> list[float]:
    mids = [world.years.index(year - 1), world.years.index(year)]
    bands = [0.0] * len(STARTS)
    for at, lsoa in enumerate(world.places.lsoas21):
        if WARD_OF_NEW[lsoa.code] in wards:
            for mid in mids:
                for age, count in enumerate(world.population[at, mid, sex]):
                    band = max(n for n, start in enumerate(STARTS) if start <= age)
                    bands[band] += int(count) / 2
    return bands


def sides(project: Project, measure: str) -> tuple[set[str], set[str]]:
    study, _ = study_file.load(project.study_file)
    of = next(item for item in study.measures if item.id == measure)
    return set(study.side(of.worse)), set(study.side(of.better))


@pytest.mark.parametrize("measure", ["north-v-knightsbridge", "north-v-south"])
@pytest.mark.parametrize("sex", SEXES)
def test_each_side_and_the_gap_equal_an_oracle_from_the_rows_of_the_workbooks(
    measure: str,
    sex: str,
    shipped_pull: Project,
    found: Series,
    shipped_world: World,
    deaths: dict[tuple[str, int, str], list[int]],
) -> None:
    gaps = found.gaps
    mine = gaps[(gaps["measure"] == measure) & (gaps["sex"] == sex.lower())]
    newest = mine.sort_values("period_end").iloc[-1]
    assert (newest["period_end"], newest["year_ends"]) == (2024, "06-30")
    made = []
    for wards in sides(shipped_pull, measure):
        dead, alive = [0] * len(STARTS), [0.0] * len(STARTS)
        for year in range(int(newest["period_start"]), 2025):
            people = person_years(shipped_world, wards, year, SEXES.index(sex))
            alive = [one + other for one, other in zip(alive, people, strict=True)]
            for ward in wards:
                dead = [a + b for a, b in zip(dead, deaths[ward, year, sex], strict=True)]
        table = life_table(STARTS, dead, alive)
        made.append((table.expectancy[0], table.se[0]))
    (worse, worse_se), (better, better_se) = made
    error = (worse_se**2 + better_se**2) ** 0.5
    # As it is published, in millionths of a year.
    assert newest["worse_years"] == pytest.approx(worse, abs=6e-7)
    assert newest["better_years"] == pytest.approx(better, abs=6e-7)
    assert newest["gap_years"] == pytest.approx(better - worse, abs=6e-7)
    assert newest["se_years"] == pytest.approx(error, abs=6e-7)
    # As it is computed.
    assert found.counted is not None
    study = found.study
    of = next(item for item in study.measures if item.id == measure)
    counts = two_sides(study, of, found.counted.levels[study.geography.vintage])
    table = tabled(counts, period(counts, int(newest["period_start"]), 2024)).table
    at = ("female", "male").index(sex.lower())
    for side, (value, its_error) in enumerate(made):
        assert table.e[side, at, 0, 0] == pytest.approx(value, abs=1e-9)
        assert table.se[side, at, 0, 0] == pytest.approx(its_error, abs=1e-9)


def test_every_death_of_the_workbooks_is_counted_once_at_every_level(
    found: Series, deaths: dict[tuple[str, int, str], list[int]]
) -> None:
    assert found.counted is not None
    rows: Counter[tuple[int, str]] = Counter()
    for (_, year, sex), bands in deaths.items():
        rows[year, sex.lower()] += sum(bands)
    levels = {**found.counted.levels, "borough": found.counted.borough}
    assert set(levels) == {"ward2011", "ward2024", "msoa2021", "borough"}
    for counts in levels.values():
        assert counts.years.tolist() == list(range(2012, 2025))
        assert set(counts.bases) == {"census2021"}
        for at, sex in enumerate(("female", "male")):
            for y, year in enumerate(counts.years):
                total = counts.deaths[:, at, y].sum()
                assert total == pytest.approx(rows[int(year), sex], abs=1e-6)
    totals = found.tables["count_total"]
    assert (totals["deaths_difference_persons"].abs() < 1e-6).all()
    assert (totals["population_difference_persons"].abs() < 1e-6).all()


def test_the_verdict_rests_on_own_tables_for_years_to_june(said: dict[str, Any]) -> None:
    release = Path(said["path"])
    with (release / "data" / "verdict.csv").open(encoding="utf-8", newline="") as file:
        verdicts = {(row["measure"], row["sex"]): row for row in csv.DictReader(file)}
    for measure in ("north-v-knightsbridge", "north-v-south"):
        for sex in ("male", "female"):
            assert verdicts[measure, sex]["verdict"] != "cannot calculate"
    with (release / "data" / "counted_year.csv").open(encoding="utf-8", newline="") as file:
        years = {int(row["year"]): row for row in csv.DictReader(file)}
    assert [year for year, row in years.items() if not row["reason"]] == list(range(2012, 2025))
    assert years[2024]["deaths_geography"] == "lsoa2021"
    assert years[2023]["deaths_geography"] == "lsoa2011"
    assert {row["year_ends"] for row in years.values()} == {"06-30"}
    html = (release / "report.html").read_text(encoding="utf-8")
    assert "years to June" in html
    assert "Map of 20 wards" in html


def test_a_preview_of_figures_from_own_tables_is_the_released_page(
    shipped_pull: Project, said: dict[str, Any], tmp_path: Path
) -> None:
    made = previewing.preview(shipped_pull, tmp_path, Path(said["path"]))
    assert made.path.read_bytes() == (Path(said["path"]) / "report.html").read_bytes()


def test_the_shipped_snapshot_has_no_deaths_and_published_figures_decide(
    undisturbed: Any,
) -> None:
    html = undisturbed.files["report.html"].decode()
    assert "until then the published figures do" in html
    assert undisturbed.said["verdict"] == "cannot calculate"
