"""Chicago's study, from a pull to HTML and PDF, on answers in the layouts of its publishers."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from gapwatch.project import Project
from tests.command import gapwatch
from tests.conftest import ROOT
from tests.west_side import BARE, LEVELS, NAMES, YEARS

pytestmark = pytest.mark.long
STUDY = ROOT / "studies" / "west-side" / "gapwatch.toml"
HERE = Project(ROOT, ROOT / "gapwatch.toml")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release that a rehearsal in an empty folder makes."""
    here = tmp_path_factory.mktemp("elsewhere")
    done = gapwatch(HERE, "-q", "demo", "--study", str(STUDY), cwd=here)
    assert done.returncode == 0, done.stderr
    reports = here / "gapwatch-demo" / "study" / "reports"
    return reports / (reports / "latest-west-side").read_text(encoding="utf-8").strip()


def table(release: Path, name: str) -> list[dict[str, str]]:
    with (release / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text_of(release: Path) -> str:
    page = (release / "report.html").read_text(encoding="utf-8")
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_verdict_rests_on_persons_in_every_year(release: Path) -> None:
    verdicts = table(release, "verdict")
    assert {row["sex"] for row in verdicts} == {"persons"}
    assert {row["verdict"] for row in verdicts} <= {"on track", "too early to tell"}
    gaps = [row for row in table(release, "gap") if row["measure"] == "west-garfield-park-v-loop"]
    assert [int(row["period_start"]) for row in gaps] == list(YEARS)
    assert all(row["gap_years"] and row["lower95_years"] for row in gaps)


def test_the_year_without_a_standard_error_is_shown_and_not_tested(release: Path) -> None:
    area, year = BARE
    row = next(
        row
        for row in table(release, "life_expectancy")
        if row["area_code"] == str(area) and row["period_start"] == str(year)
    )
    assert row["life_expectancy_years"]
    assert not row["lower95_years"]
    gaps = {
        row["measure"]: row for row in table(release, "gap") if row["period_start"] == str(year)
    }
    assert gaps["west-side-v-loop"]["reason"] == "G06"
    assert gaps["west-side-v-loop"]["gap_years"] == ""
    assert gaps["west-side-v-loop"]["worse_years"]


def test_the_slope_ranks_by_the_study_s_own_index(release: Path) -> None:
    rows = {row["area_code"]: row for row in table(release, "area_reference")}
    assert {code: int(row["ranking_score"]) for code, row in rows.items()} == {
        str(number): LEVELS[number][2] for number in NAMES
    }
    slopes = [row for row in table(release, "gap") if row["measure"] == "slope"]
    assert {row["basis"] for row in slopes} == {
        "slope across areas ranked by Hardship Index, 2008 to 2012"
    }


def test_page_and_papers_are_whole_and_speak_of_persons_alone(release: Path) -> None:
    said = text_of(release)
    assert "Chicago" in said
    assert "West Garfield Park" in said
    assert not re.search(r"\b(fe)?males?\b|personss|\bboth sexes\b", said)
    assert "nine characters" not in said
    for name in ("summary.pdf", "report.pdf", "annex.pdf"):
        pages = " ".join(page.extract_text() for page in PdfReader(release / name).pages)
        assert "Chicago" in pages
        assert not re.search(r"\b(fe)?males\b", pages)


def test_it_is_verified_like_any_other(release: Path) -> None:
    done = gapwatch(HERE, "verify", str(release), cwd=release.parent.parent)
    assert done.returncode == 0, done.stderr
