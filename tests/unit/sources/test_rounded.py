"""Counts that all share a divisor are named, unless their source says that it rounded them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError as StudyMistake

from gapwatch.counting.rounding import shared_step
from gapwatch.errors import ValidationError
from gapwatch.sources.rounded import require_declared
from gapwatch.study import FileSource, rounding_steps

RNG = np.random.default_rng(3)
EXACT = RNG.poisson(12, 400)


def nearest(counts: np.ndarray, step: int) -> np.ndarray:
    return step * np.floor(counts / step + 0.5)


def at_random(counts: np.ndarray, step: int) -> np.ndarray:
    """Up or down to a multiple so that the expectation is kept, as Statistics Canada rounds."""
    low = step * (counts // step)
    return low + step * (RNG.random(len(counts)) < (counts - low) / step)


def source(table: str = "deaths", **more: Any) -> FileSource:
    return FileSource(
        id="own",
        kind="file",
        table=table,
        next_expected="none",
        title="t",
        publisher="p",
        attribution="a",
        path="a.csv",
        header=["a"],
        constants={"geography": "ward2011"},
        **more,
    )


def frame(counts: np.ndarray, table: str = "deaths") -> pd.DataFrame:
    years = np.arange(len(counts)) // 100 + 2010
    return pd.DataFrame(
        {
            "geography": "ward2011",
            "base": "census2021",
            "year": years,
            f"{table}_persons": counts.astype(float),
        }
    )


def refused(one: FileSource, counts: np.ndarray) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        require_declared(
            SimpleNamespace(sources=(one,)), {"own": {one.table: frame(counts, one.table)}}
        )  # type: ignore[arg-type]
    return caught.value


def passes(one: FileSource, counts: np.ndarray) -> None:
    require_declared(
        SimpleNamespace(sources=(one,)), {"own": {one.table: frame(counts, one.table)}}
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rounded", "step"),
    [
        (nearest(EXACT, 5), 5),
        (nearest(EXACT, 3), 3),
        (nearest(EXACT * 37, 10), 10),
        (at_random(EXACT, 5), 5),
        (at_random(EXACT, 3), 3),
        (nearest(EXACT * 90, 100), 100),
    ],
)
def test_a_step_that_all_counts_share_is_found(rounded: np.ndarray, step: int) -> None:
    found = refused(source(), rounded)
    assert found.found == f"every count is a multiple of {step}"
    assert f"rounding = {step}" in found.remedy


def test_exact_counts_and_few_counts_are_no_rounded_ones() -> None:
    passes(source(), EXACT)
    assert shared_step(np.array([5.0] * 8)) is None
    assert shared_step(np.array([5.0] * 9)) == 5
    assert shared_step(np.array([2.0, 4.0] * 40)) is None


def test_one_rounded_year_is_named() -> None:
    counts = EXACT.astype(float)
    counts[200:300] = nearest(counts[200:300], 5)
    assert "2012" in refused(source(), counts).where


def test_residents_are_looked_at_too() -> None:
    assert "population" in refused(source("population"), nearest(EXACT * 40, 10)).where


def test_a_declared_step_passes_and_a_wrong_one_is_told() -> None:
    passes(source(rounding=5), nearest(EXACT, 5))
    assert "rounding = 5" in refused(source(rounding=5), EXACT).expected
    assert rounding_steps((source(rounding=5),), "deaths") == {"ward2011": (5, "nearest")}
    assert rounding_steps((source(rounding=5),), "population") == {}


def test_rounding_is_declared_for_counts_alone() -> None:
    with pytest.raises(StudyMistake, match="rounding only for counts"):
        source("lookup", rounding=5)


def test_rounded_totals_and_weights_are_named_in_the_log_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    counts = frame(nearest(EXACT * 733, 50), "population")
    pair = SimpleNamespace(sources=(source("population_deaths"),))
    require_declared(pair, {"own": {"population_deaths": counts.drop(columns="base")}})  # type: ignore[arg-type]
    assert "multiple of 50" in caplog.text
