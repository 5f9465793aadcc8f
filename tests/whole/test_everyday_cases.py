"""Twenty everyday slips: each ends as it must, and their controls pass without a false word."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from gapwatch.cli import app
from gapwatch.errors import GapwatchError
from gapwatch.sources import registry as kinds
from gapwatch.sources.payload import Payload
from gapwatch.study import FileSource
from tests.everyday.cases import DESCRIBED, FOLDER, REFUSED, RIGHT, files_of
from tests.everyday.running import Reached, reach
from tests.little import TODAY


def reached(case: str, control: str, folder: Path) -> Reached:
    files = files_of(case, control)
    study = folder / "study.toml"
    study.write_bytes(files["study.toml"])
    return reach(study, files, folder)


@pytest.mark.parametrize("case", RIGHT)
def test_a_control_gives_its_gap_and_its_verdict(case: str, tmp_path: Path) -> None:
    control, gap_years, window, verdict = RIGHT[case]
    found = reached(case, control, tmp_path)
    assert found.refused is None
    results = found.verdict.results
    gap, told = results["gap"], results["verdict"]
    newest = gap[(gap["sex"] == "male") & (gap["measure"] == "north-v-south")].iloc[-1]
    assert (newest["period_start"], newest["period_end"]) == window
    assert round(newest["gap_years"], 1) == gap_years
    assert told.loc[told["sex"] == "male", "verdict"].iloc[0] == verdict


def test_deaths_told_one_a_row_come_to_the_same_as_counts(tmp_path: Path) -> None:
    both = []
    for case in ("counts", "one-death-a-row"):
        (tmp_path / case).mkdir()
        both.append(reached(case, "counts", tmp_path / case).verdict.results["gap"])
    pd.testing.assert_frame_equal(*both)


@pytest.mark.parametrize("case", ["counts", "published"])
def test_a_control_is_warned_of_nothing_but_what_it_has_no_totals_for(
    case: str, tmp_path: Path
) -> None:
    found = reached(case, RIGHT[case][0], tmp_path)
    told = found.validated()
    assert found.refused is None
    assert found.logged == []
    assert [line for line in told if not line.startswith("count_total: not checked")] == []


@pytest.mark.parametrize("case", REFUSED)
def test_a_slip_is_refused_by_name(case: str, tmp_path: Path) -> None:
    control, where, words = REFUSED[case]
    found = reached(case, control, tmp_path)
    found.validated()
    assert found.refused is not None
    assert where in found.refused.where
    assert words in found.refused.found


def described(case: str, name: str) -> FileSource:
    text = (FOLDER / case / "source.toml").read_text(encoding="utf-8")
    return next(
        FileSource.model_validate(one)
        for one in tomllib.loads(text)["sources"]
        if one["id"] == name
    )


def read(case: str, name: str) -> pd.DataFrame:
    source = described(case, name)
    assert source.path is not None
    content = (FOLDER / case / source.path).read_bytes()
    payload = Payload("data", source.path, source.format, content)
    return kinds.parse(source, (payload,), TODAY)[source.table]


@pytest.mark.parametrize(("case", "name"), DESCRIBED)
def test_a_slip_in_a_layout_is_refused_by_name(case: str, name: str) -> None:
    found, remedy = DESCRIBED[case, name]
    with pytest.raises(GapwatchError) as caught:
        read(case, name)
    assert found in caught.value.found
    assert remedy in caught.value.remedy


def test_words_of_merged_headings_are_carried_to_the_right() -> None:
    told = read("merged-headings", "merged").set_index("sex")
    assert told.loc[
        "female", ["life_expectancy_years", "lower95_years", "upper95_years"]
    ].tolist() == [82.1, 80.0, 84.2]
    assert told.loc[
        "male", ["life_expectancy_years", "lower95_years", "upper95_years"]
    ].tolist() == [78.1, 76.0, 80.2]


def test_totals_that_are_declared_leave_the_people_themselves() -> None:
    assert read("columns-nobody-described", "totals")["population_persons"].tolist() == [400]


@pytest.fixture
def ranks() -> Any:
    def ask(scores: str) -> Any:
        folder = FOLDER / "ranks-for-scores"
        files = [str(folder / name) for name in ("d.csv", "p.csv", scores)]
        return CliRunner().invoke(app, ["boroughs", *files])

    return ask


def test_ranks_are_refused_where_scores_are_asked_for(ranks: Any) -> None:
    done = ranks("ranks.csv")
    assert isinstance(done.exception, GapwatchError)
    assert "deprivation scores from 0 to 100" in done.exception.expected
    told = {name: ranks(name).stdout for name in ("scores.csv", "bom.csv")}
    assert told["scores.csv"] == told["bom.csv"]
    assert "E09099001,male,2021,2025,census2021,4,0,13.7" in told["scores.csv"]
