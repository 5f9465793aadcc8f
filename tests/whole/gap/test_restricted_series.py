"""A whole release of restricted deaths: no table tells more than the protected figures do."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from tests.unit.counting.invented import BOROUGH, borough, whole
from tests.unit.gap import restricted_cases as cases

from gapwatch.contracts import COMPUTED_LIFE_EXPECTANCY, SEXES
from gapwatch.counting.areas import Counted
from gapwatch.counting.counts import Counts
from gapwatch.gap.ages import which_ages
from gapwatch.gap.assessment import judge
from gapwatch.gap.comparison import comparison
from gapwatch.gap.evidence import Series, series
from gapwatch.gap.population_error import other_populations
from gapwatch.tables import canonical

HIDDEN = "D01"
BROAD = [0, 15, 40, 65, 80]
SPAN = ["period_start", "period_end"]


def tenths(column: pd.Series) -> bool:
    told = column.dropna().astype(float) * 10
    return bool(np.allclose(told, told.round(), atol=1e-6))


@dataclass(frozen=True)
class Release:
    """A series, its ages, and the counts that nobody may find out."""

    own: Counts
    of: Series
    ages: dict[str, pd.DataFrame]

    def side(self, name: str, sex: str, start: int, end: int) -> pd.Series | None:
        """The told row of a side or area in a window; None without one."""
        table = self.of.tables["computed_life_expectancy"]
        found = table[(table["area"] == name) & (table["sex"] == sex)]
        found = found[(found["period_start"] == start) & (found["period_end"] == end)]
        return found.iloc[0] if len(found) else None

    def told_gap(self, measure: str, sex: str, start: int, end: int) -> tuple[float, str]:
        """Gap and reason of a window from the told figures of its two sides."""
        item = next(m for m in self.of.study.measures if m.id == measure)
        worse, better = (self.side(name, sex, start, end) for name in (item.worse, item.better))
        if worse is None or better is None or HIDDEN in (worse["reason"], better["reason"]):
            return float("nan"), HIDDEN
        return round(better["life_expectancy_years"] - worse["life_expectancy_years"], 1), ""

    def deaths(self, measure: str, side: str, sex: str, start: int, end: int) -> np.ndarray:
        """True deaths of a side by broad band."""
        item = next(m for m in self.of.study.measures if m.id == measure)
        codes = self.of.study.side(getattr(item, side))
        inside = [self.own.areas.index(code) for code in codes]
        years = (self.own.years >= start) & (self.own.years <= end)
        dead = self.own.deaths[inside, SEXES.index(sex)][:, years].sum(axis=(0, 1))
        return np.add.reduceat(dead, np.searchsorted(self.own.age_starts, BROAD))


@pytest.fixture(scope="module")
def release() -> Release:
    own = borough(5)
    of = series(cases.study(), cases.inputs(own))
    return Release(own, of, which_ages(of))


def test_each_zone_and_the_borough_have_one_length_of_windows(release: Release) -> None:
    table = release.of.tables["computed_life_expectancy"]
    assert set(table["period_end"] - table["period_start"]) == {4}
    assert {"side", "borough"} < set(table["geography"])
    for name in ("life_expectancy_years", "se_years", "lower95_years", "upper95_years"):
        assert tenths(table[name])
    assert (table["deaths_persons"].dropna() % 5 == 0).all()
    assert (table["reason"] == HIDDEN).any()
    assert (table["reason"] == "").mean() > 0.8
    assert (
        release.of.inputs["population_deaths"]
        .pipe(lambda f: f[f["geography"] == cases.KIND])["deaths_persons"]
        .isna()
        .all()
    )


def test_gaps_and_baselines_follow_from_told_sides(release: Release) -> None:
    for table in (release.of.gaps, release.of.baselines):
        assert table is not None
        for row in table.itertuples():
            told = row.better_years - row.worse_years
            assert row.gap_years == pytest.approx(told, abs=1e-6, nan_ok=True)
        for name in table.columns[table.columns.str.endswith("_years")]:
            assert tenths(table[name])
        for row in table[table["period_end"] - table["period_start"] == 4].itertuples():
            gap, reason = release.told_gap(row.measure, row.sex, row.period_start, row.period_end)
            assert row.reason == reason
            assert row.gap_years == pytest.approx(gap, nan_ok=True)
    assert set(release.of.gaps["reason"]) == {"", HIDDEN}


@pytest.mark.long
def test_gaps_beside_published_ones_are_those_that_would_decide(release: Release) -> None:
    of = series(cases.study(decides=False), cases.inputs(release.own))
    pd.testing.assert_frame_equal(of.tables["computed_gap"], release.of.gaps)
    for name in ("computed_life_expectancy", "series_comparison", "reproduction", "count_total"):
        pd.testing.assert_frame_equal(of.tables[name], release.of.tables[name])
    ages = which_ages(of)
    for name, table in release.ages.items():
        pd.testing.assert_frame_equal(ages[name], table)


def test_the_comparison_and_the_reproduction_follow_from_told_figures(release: Release) -> None:
    table = release.of.tables["series_comparison"]
    assert set(table["reason"]) == {"", HIDDEN}
    for row in table.itertuples():
        gap, reason = release.told_gap(row.measure, row.sex, row.period_start, row.period_end)
        assert row.reason == reason
        assert row.computed_gap_years == pytest.approx(gap, nan_ok=True)
        assert row.difference_years == pytest.approx(gap - row.published_gap_years, nan_ok=True)
    assert tenths(table["joining_years"])
    assert tenths(table["computed_se_years"])
    for row in release.of.tables["reproduction"].itertuples():
        told = release.side(row.area_code, row.sex, row.period_start, row.period_end)
        assert told is not None
        assert row.computed_years == pytest.approx(told["life_expectancy_years"], nan_ok=True)


def test_totals_show_no_count_and_no_other_reading_is_made(release: Release) -> None:
    totals = release.of.tables["count_total"]
    assert (totals["deaths_difference_persons"] == 0).all()
    assert totals["publisher_deaths_difference_persons"].isna().all()
    for item in judge(release.of.study, release.of.gaps, 2026, release.of.baselines):
        assert other_populations(release.of, item) == {}


def test_ages_are_told_in_fixed_bands_beside_the_told_gap_or_not_at_all(release: Release) -> None:
    table = release.ages["age_contribution"]
    for (measure, sex, start, end), rows in table.groupby(["measure", "sex", *SPAN]):
        assert rows["age_start_years"].tolist() == BROAD
        gap, reason = release.told_gap(measure, sex, start, end)
        dead = np.array(
            [release.deaths(measure, side, sex, start, end) for side in ("worse", "better")]
        )
        given = (rows["reason"] == "").to_numpy()
        assert not (given & (dead < 5).any(axis=0)).any()
        assert (~given).sum() != 1
        assert not (reason and given.any())
        assert rows["gap_years"].dropna().tolist() == pytest.approx([gap] * given.sum())
    given = table[table["reason"] == ""]
    assert len(given) >= 15
    for name in ("contribution_years", "lower95_years", "upper95_years", "gap_years"):
        assert tenths(table[name])


def test_changes_and_cuts_are_made_of_told_gaps_or_withheld(release: Release) -> None:
    for row in release.ages["gap_change"].itertuples():
        spans = (row.from_start, row.from_end), (row.to_start, row.to_end)
        gaps = [release.told_gap(row.measure, row.sex, *span) for span in spans]
        if any(reason for _, reason in gaps):
            assert row.reason == HIDDEN
        if row.reason:
            assert np.isnan([row.change_years, row.side_total_years]).all()
            continue
        item = next(m for m in release.of.study.measures if m.id == row.measure)
        before, after = (release.side(getattr(item, row.side), row.sex, *span) for span in spans)
        longer = after["life_expectancy_years"] - before["life_expectancy_years"]
        total = -longer if row.side == "worse" else longer
        assert row.side_total_years == pytest.approx(total, abs=1e-6)
    cuts = release.ages["cut"]
    assert set(cuts["reason"]) == {"", HIDDEN}
    for row in cuts.itertuples():
        gap, reason = release.told_gap(row.measure, row.sex, row.period_start, row.period_end)
        first, _ = release.told_gap(row.measure, row.sex, *cases.BASELINE)
        assert row.reason == HIDDEN if reason else row.gap_years == pytest.approx(gap)
        assert row.target_gap_years == pytest.approx(first / 2, nan_ok=True)
    assert (cuts["deaths_a_year"].dropna() % 5 == 0).all()
    assert tenths(cuts["cut_share"] * 10)


def test_a_release_of_the_same_deaths_that_are_not_restricted_tells_them_exactly(
    release: Release,
) -> None:
    """What is taken out above is there to be taken out."""
    of = series(cases.study(restricted=False), cases.inputs(release.own))
    tables = {**of.tables, **which_ages(of)}
    assert not any(
        (table["reason"] == HIDDEN).any() for table in tables.values() if "reason" in table
    )
    assert not tenths(tables["series_comparison"]["computed_gap_years"])
    assert set(
        tables["computed_life_expectancy"].pipe(lambda f: f["period_end"] - f["period_start"])
    ) == {0, 2, 4}
    assert len(tables["age_contribution"]) > len(release.ages["age_contribution"])


# --- the same rules where a release needn't be made ------------------------------------------


def told_rows(reason: dict[str, str]) -> pd.DataFrame:
    """Told life expectancies of the zones and wards of the newest window, some withheld."""
    names = [("side", "north", 80.1), ("side", "south", 81.4)]
    names += [(cases.KIND, code, 80.0) for code in borough(5).areas]
    rows = []
    for geography, area, value in names:
        for sex in SEXES:
            why = reason.get(area, "")
            value_or_none = np.nan if why else value
            rows.append(
                (
                    geography,
                    area,
                    area,
                    sex,
                    2021,
                    2025,
                    "12-31",
                    1,
                    cases.BASE,
                    90,
                    value_or_none,
                    *([np.nan] * 3 if why else [0.3, value - 0.6, value + 0.6]),
                    100.0,
                    1e4,
                    0.0,
                    False,
                    why,
                    "",
                )
            )
    frame = pd.DataFrame(rows, columns=list(COMPUTED_LIFE_EXPECTANCY.names))
    return canonical(COMPUTED_LIFE_EXPECTANCY, frame, "told")


@pytest.mark.parametrize("hidden", ["", "north", "south"])
def test_a_comparison_is_made_of_told_figures_alone(hidden: str) -> None:
    own = borough(5)
    made = comparison(
        cases.study(), cases.inputs(own), own, told_rows({hidden: HIDDEN} if hidden else {})
    )
    zones = made[made["measure"] == "zones"].set_index([*SPAN, "sex"])
    newest = zones.loc[(2021, 2025, "male")]
    if hidden:
        assert newest["reason"] == HIDDEN
        assert np.isnan(newest["computed_gap_years"])
    else:
        assert newest["computed_gap_years"] == pytest.approx(1.3)
        assert newest["computed_se_years"] == pytest.approx(0.5)
        # All wards are told alike, so their means have no gap.
        assert newest["joining_years"] == pytest.approx(1.3)
    # What isn't told in the areas' windows is withheld here too.
    assert zones.loc[(2019, 2021, "male")]["reason"] == HIDDEN


def test_ages_of_few_deaths_are_withheld_with_their_gap_and_its_cuts() -> None:
    own = borough(5)
    few = replace(own, deaths=own.deaths * (own.age_starts >= 80))
    counted = Counted({cases.KIND: few}, whole(few), pd.DataFrame())
    of = Series(cases.study(), {}, pd.DataFrame(), None, counted, {})
    found = which_ages(of)
    wards = {name: table[table["measure"] == "wards"] for name, table in found.items()}
    for table in wards.values():
        assert set(table["reason"]) == {HIDDEN}
    for name in ("age_contribution", "gap_change"):
        assert set(found[name]["age_start_years"]) == set(BROAD)


def test_a_baseline_that_is_not_there_leaves_the_ages_of_the_newest_window() -> None:
    own = borough(5)
    counted = Counted({cases.KIND: own}, whole(own), pd.DataFrame())
    one = cases.study()
    promise = one.promise.model_copy(update={"baseline_period": (1991, 1993)})
    of = Series(one.model_copy(update={"promise": promise}), {}, pd.DataFrame(), None, counted, {})
    found = which_ages(of)
    assert set(found) == {"age_contribution"}
    assert set(found["age_contribution"]["period_start"]) == {2021}
    assert BOROUGH[1] == one.study.area_code
