"""Life expectancy with a standard error in the place of limits, or with neither."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from scipy import stats

from gapwatch.codes import GROUP_MISSING, NO_INTERVAL, UNKNOWN
from gapwatch.contracts import LIFE_EXPECTANCY
from gapwatch.errors import GapwatchError
from gapwatch.gap.area_standing import area_standings
from gapwatch.gap.assessment import judge
from gapwatch.gap.measures import measure_gaps
from tests.elsewhere import Elsewhere

LIMITS = ', lower95_years = "Low", upper95_years = "High"'
UNITS = ', lower95_years = "years", upper95_years = "years"'


@dataclass
class Erring(Elsewhere):
    """Little Vale with a standard error of half a year beside each value, and no limits."""

    changed: dict[str, str] = field(
        default_factory=lambda: {LIMITS: ', se_years = "Error"', UNITS: ', se_years = "years"'}
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for row in self.tables["published.csv"]:
            row |= {"Error": 0.5}

    def bared(self, *codes: str) -> Erring:
        """Without an error for these areas in the newest window, which the source declares."""
        self.changed |= {', se_years = "years" }': ', se_years = "years" }\nbare_values = true'}
        for row in self.tables["published.csv"]:
            if row["Code"] in codes and row["Years"] == "2010-2014":
                row["Error"] = ""
        return self


def refused(place: Elsewhere, folder: Path) -> GapwatchError:
    with pytest.raises(GapwatchError) as error:
        place.read(folder)
    return error.value


def test_limits_are_those_of_a_normal_distribution_and_said_to_be(tmp_path: Path) -> None:
    _, inputs = Erring().read(tmp_path)
    life = inputs["life_expectancy"]
    low, high = stats.norm.interval(0.95, life["life_expectancy_years"], 0.5)
    assert life["lower95_years"].to_numpy() == pytest.approx(low, abs=1e-6)
    assert life["upper95_years"].to_numpy() == pytest.approx(high, abs=1e-6)
    assert set(life["value_note"]) == {
        "limits from the published standard error, as of a normal distribution"
    }
    assert list(life.columns) == list(LIFE_EXPECTANCY.names)


def test_a_value_with_neither_is_refused_until_the_source_says_so(tmp_path: Path) -> None:
    place = Erring().bared("24")
    place.changed = {
        key: text.replace("\nbare_values = true", "") for key, text in place.changed.items()
    }
    error = refused(place, tmp_path)
    assert "withheld_together" in error.where
    assert "24 female 2010 2014" in error.found
    assert "bare_values = true" in error.remedy


def test_a_value_with_neither_is_shown_and_never_tested(tmp_path: Path) -> None:
    study, inputs = Erring(kinds=("pooled", "extremes", "slope")).bared("24").read(tmp_path)
    gaps = measure_gaps(study, inputs)
    newest = gaps["period_end"] == 2014
    assert set(gaps.loc[newest, "reason"]) == {NO_INTERVAL}
    assert gaps.loc[newest, ["gap_years", "se_years", "lower95_years"]].isna().all(axis=None)
    assert (gaps.loc[~newest, "reason"] == "").all()
    sided = gaps[newest & (gaps["kind"] == "pooled")]
    assert sided["worse_years"].notna().all()
    assert sided["worse_lower95_years"].isna().all()
    told = area_standings(study, inputs["life_expectancy"], {}).set_index("area_code")
    assert set(told.loc["24", "standing"]) == {UNKNOWN}
    assert told.loc["24", "rank"].notna().all()
    assert told.loc["24", "differs_from_next"].isna().all()
    men = next(one for one in judge(study, gaps, 2016) if one.sex == "male")
    assert men.assessment.reason.code


def test_a_missing_value_is_told_before_a_missing_interval(tmp_path: Path) -> None:
    place = Erring().bared("24", "25")
    for row in place.tables["published.csv"]:
        if row["Code"] == "25" and row["Years"] == "2010-2014":
            row["Life"] = ""
    study, inputs = place.read(tmp_path)
    gaps = measure_gaps(study, inputs)
    assert set(gaps.loc[gaps["period_end"] == 2014, "reason"]) == {GROUP_MISSING}


@pytest.mark.parametrize(("error", "found"), [("0", "0"), ("-0.5", "-0.5"), ("x", "'x'")])
def test_what_can_be_no_standard_error_is_refused(tmp_path: Path, error: str, found: str) -> None:
    place = Erring()
    place.tables["published.csv"][7]["Error"] = error
    assert refused(place, tmp_path).found == found


def test_an_error_beside_no_value_is_refused(tmp_path: Path) -> None:
    place = Erring()
    place.tables["published.csv"][7]["Life"] = ""
    assert refused(place, tmp_path).found == "one beside no value"


def test_limits_and_errors_are_not_described_together(tmp_path: Path) -> None:
    place = Elsewhere(
        changed={
            LIMITS: f'{LIMITS}, se_years = "Low"',
            UNITS: f'{UNITS}, se_years = "years"',
        }
    )
    assert refused(place, tmp_path).expected == "limits or se_years"
