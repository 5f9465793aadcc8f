"""Remedies that change the study: followed to the letter they get further, and stay in sight.

What plausibility, absent deaths and rounded counts tell to write is written, as often as they ask,
until the study is read. A figure that is let pass is then told of as accepted, with its reason; it
never stands in the release without a word.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gapwatch.errors import GapwatchError
from tests.everyday.cases import files_of
from tests.everyday.running import Reached, reach

REASON = "looked at, and right"
_CELL = re.compile(
    r'rule = "(?P<rule>[^"]+)", geography = "(?P<geography>[^"]+)", '
    r'area_code = "(?P<area_code>[^"]+)", sex = "(?P<sex>[^"]+)", year = (?P<year>\d+)'
)
_HOLE = re.compile(
    r"(?P<geography>\w+), (?P<area_code>[EWSN]\d{8}), (?P<first>\d{4})(?: to (?P<last>\d{4}))?"
)
_ROUNDING = re.compile(r"rounding = (\d+)")
MOST_STEPS = 40


def ran(files: dict[str, bytes], folder: Path) -> Reached:
    study = folder / "study.toml"
    study.write_bytes(files["study.toml"])
    found = reach(study, files, folder)
    if found.refused is None:
        found.validated()
    return found


def accept(study: str, **cell: object) -> str:
    told = "".join(
        f"{key} = {value if key == 'year' else repr(value)}\n".replace("'", '"')
        for key, value in (cell | {"reason": REASON}).items()
    )
    return f"{study}\n[[accepted]]\n{told}"


def followed(study: str, error: GapwatchError) -> str:
    """The study as the remedy of a refusal changes it; as it was where it changes no study."""
    remedy = error.remedy
    if cell := _CELL.search(remedy):
        return accept(study, **cell.groupdict())
    if 'rule = "deaths-absent"' in remedy and (hole := _HOLE.search(error.where)):
        sex = re.search(r'sex = "(\w+)"', remedy)
        assert sex is not None
        first, last = int(hole["first"]), int(hole["last"] or hole["first"])
        for year in range(first, last + 1):
            study = accept(
                study,
                rule="deaths-absent",
                geography=hole["geography"],
                area_code=hole["area_code"],
                sex=sex[1],
                year=year,
            )
        return study
    if step := _ROUNDING.search(remedy):
        source = re.search(r"sources, (\w+)", error.where)
        assert source is not None, error.where
        opening = f'id = "{source[1]}"\n'
        assert opening in study
        return study.replace(opening, f"{opening}rounding = {step[1]}\n")
    return study


def walked(case: str, folder: Path) -> tuple[Reached, str, list[GapwatchError]]:
    files, met = files_of(case, "counts"), list[GapwatchError]()
    study = files["study.toml"].decode()
    for _ in range(MOST_STEPS):
        found = ran(files | {"study.toml": study.encode()}, folder)
        if found.refused is None:
            return found, study, met
        changed = followed(study, found.refused)
        assert changed != study, f"a remedy that changes nothing: {found.refused}"
        again = (found.refused.where, found.refused.found)
        assert all((one.where, one.found) != again for one in met), found.refused
        met.append(found.refused)
        study = changed
    raise AssertionError(f"remedies without an end: {met[-1]}")


@pytest.mark.long
def test_a_jump_that_is_accepted_cell_by_cell_is_told_of_as_accepted(tmp_path: Path) -> None:
    found, _, met = walked("a-year-of-residents-doubled", tmp_path)
    assert met
    rows = found.verdict.results["plausibility"]
    accepted = rows[rows["outcome"] == "accepted"]
    assert len(accepted) == len(met)
    assert (accepted["accepted_reason"] == REASON).all()


def test_absent_deaths_that_are_accepted_are_told_of_as_accepted(tmp_path: Path) -> None:
    found, _, met = walked("years-left-out", tmp_path)
    assert met
    rows = found.verdict.results["plausibility"]
    absent = rows[(rows["rule"] == "deaths-absent") & (rows["outcome"] == "accepted")]
    assert {(row.area_code, row.year) for row in absent.itertuples()} >= {
        ("E05099002", 2022),
        ("E05099002", 2023),
    }


def test_rounding_that_is_declared_widens_the_intervals(tmp_path: Path) -> None:
    (tmp_path / "right").mkdir()
    right = ran(files_of("counts", "counts"), tmp_path / "right").verdict.results["gap"]
    found, study, met = walked("rounded-counts", tmp_path)
    assert met
    assert "rounding = 5" in study
    keys = ["measure", "sex", "period_start", "period_end"]
    both = right.merge(found.verdict.results["gap"], on=keys, suffixes=("", "_rounded"))
    known = both.dropna(subset=["gap_years", "gap_years_rounded"])
    width = known["upper95_years"] - known["lower95_years"]
    wider = known["upper95_years_rounded"] - known["lower95_years_rounded"]
    assert (wider > width).all()
