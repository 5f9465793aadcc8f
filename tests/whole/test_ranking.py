"""Deprivation is any ranking that the study declares, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from gapwatch.codes import NO_RANKING, SLOPE, SLOPE_RANKED
from gapwatch.errors import StudyError, ValidationError
from gapwatch.gap.measures import measure_gaps
from gapwatch.reporting.language.labels import basis
from gapwatch.sources.sanity import require_direction
from tests.little import Little

DECLARED = 'deprivation = "imd2010_average_score"'
SCORE = 'imd2010_average_score = "Score"'
UNIT = 'imd2010_average_score = "score"'
KINDS = ("pooled", "slope")


class Ranked(Little):
    """Little Vale ranked by an index of its own, or by nothing."""

    said: str = ""
    column = "ranking_score"

    def text(self) -> str:
        text = super().text()
        for before in (DECLARED, SCORE, UNIT):
            assert before in text
        text = text.replace(SCORE, f'{self.column} = "Score"')
        text = text.replace(UNIT, f'{self.column} = "score"')
        return text.replace(DECLARED, self.said)


def ranked(higher: str) -> Ranked:
    place = Ranked(kinds=KINDS)
    place.said = (
        'ranking = { id = "hardship-2019", title = "Hardship Index 2015-2019", '
        f'higher = "{higher}" }}'
    )
    return place


def slopes(place: Little, folder: Path) -> list[float]:
    gaps = measure_gaps(*place.read(folder))
    return [float(gap) for gap in gaps.loc[gaps["kind"] == "slope", "gap_years"]]


def test_a_declared_ranking_gives_the_slope_of_an_index_of_the_same_order(tmp_path: Path) -> None:
    index = slopes(Little(kinds=KINDS), tmp_path / "index")
    assert slopes(ranked("more deprived"), tmp_path / "own") == index
    assert min(index) > 0


def test_a_ranking_that_runs_the_other_way_says_so(tmp_path: Path) -> None:
    place = ranked("less deprived")
    place.change(
        "reference.csv", lambda row: row.update(Score=60_000 - 900 * int(str(row["Score"])))
    )
    found = slopes(place, tmp_path / "own")
    assert found == pytest.approx(slopes(Little(kinds=KINDS), tmp_path / "index"))


def test_a_ranking_that_is_said_to_run_the_wrong_way_is_refused(tmp_path: Path) -> None:
    gaps = measure_gaps(*ranked("less deprived").read(tmp_path))
    with pytest.raises(ValidationError, match=r"\[geography\.ranking\]"):
        require_direction(gaps, declared=True)


def test_the_basis_names_the_ranking(tmp_path: Path) -> None:
    study, inputs = ranked("more deprived").read(tmp_path)
    gaps = measure_gaps(study, inputs)
    assert set(gaps.loc[gaps["kind"] == "slope", "basis_code"]) == {SLOPE_RANKED}
    assert basis(SLOPE_RANKED, study) == "slope across areas ranked by Hardship Index 2015-2019"


def test_without_a_ranking_no_slope_is_computed_and_a_reason_is_given(tmp_path: Path) -> None:
    place = Ranked(kinds=KINDS)
    place.change("reference.csv", lambda row: row.update(Score=""))
    study, inputs = place.read(tmp_path)
    gaps = measure_gaps(study, inputs)
    found = gaps[gaps["kind"] == "slope"]
    assert set(found["reason"]) == {NO_RANKING}
    assert set(found["basis_code"]) == {SLOPE}
    assert found[["gap_years", "se_years", "worse_years"]].isna().all(axis=None)
    assert gaps.loc[gaps["kind"] == "pooled", "gap_years"].notna().all()


def test_two_rankings_are_refused(tmp_path: Path) -> None:
    place = ranked("more deprived")
    place.said += f"\n{DECLARED}"
    with pytest.raises(StudyError) as refused:
        place.read(tmp_path)
    assert (refused.value.expected, refused.value.found) == ("deprivation or ranking", "both")


def test_a_ranking_without_a_value_for_an_area_is_refused(tmp_path: Path) -> None:
    place = ranked("more deprived")
    place.tables["reference.csv"][2]["Score"] = ""
    with pytest.raises(ValidationError, match="ranking_score"):
        place.read(tmp_path)
