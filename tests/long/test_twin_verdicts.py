"""The verdict on an invented borough whose truth is known, over many draws of its deaths."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pytest

from gapwatch import study as study_file
from gapwatch.codes import GOOD_VERDICTS, RESIDENTS_WORSE, WORSENING, Coded
from gapwatch.counting.areas import Counted
from gapwatch.counting.counts import Counts
from gapwatch.counting.gaps import own_gaps
from gapwatch.demo.twin.counted import Twin, make
from gapwatch.demo.twin.study import study as written
from gapwatch.gap.assessment import Judged, judge, series_of
from gapwatch.gap.evidence import Series
from gapwatch.gap.levelling_down import levels_down
from gapwatch.gap.population_error import other_populations
from gapwatch.gap.trend.power import called_on_track_rate
from gapwatch.gap.trend.trajectory import project
from gapwatch.study import Study

pytestmark = pytest.mark.long
DRAWS = 300
RELEASE_YEAR = 2026
SEXES = ("female", "male")


def chance(rate: float, draws: int = DRAWS) -> float:
    """Three standard errors of a rate over so many draws."""
    return 3.0 * float(np.sqrt(rate * (1.0 - rate) / draws))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The twin's study with its primary measure alone."""
    file = tmp_path_factory.mktemp("twin") / "gapwatch.toml"
    file.write_text(written(make("halving"), 1, "https://twin.example/"), encoding="utf-8")
    found, _ = study_file.load(file)
    return found.model_copy(update={"measures": (found.primary,)})


@dataclass(frozen=True)
class Drawn:
    """What was judged of each draw, by sex."""

    judged: dict[str, list[Judged]]

    def share(self, sex: str, *verdicts: str) -> float:
        counts = Counter(item.assessment.verdict for item in self.judged[sex])
        return sum(counts[verdict] for verdict in verdicts) / DRAWS

    def levelled(self, sex: str) -> float:
        """Of those with a good verdict, the share that is called levelling down."""
        good = [item for item in self.judged[sex] if item.assessment.verdict in GOOD_VERDICTS]
        return sum(bool(levels_down(item)) for item in good) / max(len(good), 1)

    def closing(self, sex: str, codes: tuple[str, ...]) -> float:
        return sum(item.assessment.closing_by in codes for item in self.judged[sex]) / DRAWS


@pytest.fixture(scope="module")
def drawn(study: Study):  # type: ignore[no-untyped-def]
    @cache
    def of(name: str) -> Drawn:
        twin, found = make(name), {sex: [] for sex in SEXES}
        for seed in range(DRAWS):
            made = own_gaps(study, twin.draw(seed))
            for item in judge(study, made.gaps, RELEASE_YEAR, made.baselines):
                found[item.sex].append(item)
        return Drawn(found)

    return of


def true_gaps(twin: Twin) -> np.ndarray:
    """True annual gaps of the primary measure, (35, 2): 2001 to 2035 by sex."""
    return np.array([twin.true_gap("north", "affluent", year, year) for year in range(2001, 2036)])


@pytest.mark.parametrize(("sex", "place"), [("female", 0), ("male", 1)])
def test_a_gap_that_truly_halves_is_called_on_track_as_often_as_the_power_says(
    study: Study, sex: str, place: int, drawn: object
) -> None:
    twin = make("halving")
    expected = own_gaps(study, twin.expected())
    (item,) = (
        found
        for found in judge(study, expected.gaps, RELEASE_YEAR, expected.baselines)
        if found.sex == sex
    )
    windows, _ = series_of(item.windows).checked()
    yearly = true_gaps(twin)[:, place]
    truth = np.array(
        [
            yearly[start - 2001 : end - 2000].mean()
            for start, end in zip(windows.start, windows.end, strict=True)
        ]
    )
    assert item.target is not None
    goal = item.target.gap_years
    says = called_on_track_rate(windows, truth, year=2035, target=goal)
    called = 0
    for found in drawn("halving").judged[sex]:  # type: ignore[operator]
        seen, _ = series_of(found.windows).checked()
        called += (
            project(seen.start, seen.end, seen.gap, seen.se, year=2035, target=goal).p_target >= 0.8
        )
    assert called / DRAWS == pytest.approx(says, abs=chance(says) + 0.02)
    assert 0.5 < says < 0.98


@pytest.mark.parametrize("sex", SEXES)
def test_a_gap_that_stays_is_not_called_on_track_or_wrong_more_often_than_the_lines_allow(
    study: Study, sex: str, drawn: object
) -> None:
    rules = study.verdict
    found = drawn("no-change")  # type: ignore[operator]
    assert found.share(sex, "on track", "target met") <= 1 - rules.on_track_probability
    allowed = rules.wrong_direction_probability
    assert found.share(sex, "wrong direction") <= allowed + chance(allowed)
    assert found.share(sex, "off track") >= 1 - 2 * allowed


@pytest.mark.parametrize("sex", SEXES)
@pytest.mark.parametrize(
    ("scenario", "verdicts", "least"),
    [
        ("halving", ("on track", "target met"), 0.75),
        ("no-change", ("off track",), 0.80),
        ("widening", ("wrong direction",), 0.80),
        ("levelling-down", ("on track", "target met"), 0.80),
        ("pandemic", ("on track", "target met"), 0.60),
        ("undercount", ("on track", "target met"), 0.75),
    ],
)
def test_each_scenario_mostly_gets_the_verdict_that_it_deserves(
    scenario: str, verdicts: tuple[str, ...], least: float, sex: str, drawn: object
) -> None:
    assert make(scenario).scenario.verdict == verdicts[0]
    found = drawn(scenario)  # type: ignore[operator]
    assert found.share(sex, *verdicts) >= least
    never = "wrong direction" if verdicts[0] == "on track" else "on track"
    assert found.share(sex, never) <= 0.01


@pytest.mark.parametrize("sex", SEXES)
def test_levelling_down_is_named_as_such_and_a_true_success_is_not(sex: str, drawn: object) -> None:
    assert drawn("levelling-down").closing(sex, WORSENING) >= 0.9  # type: ignore[operator]
    assert drawn("halving").closing(sex, WORSENING) <= 0.025 + chance(0.025) + 0.02  # type: ignore[operator]


@pytest.mark.parametrize("sex", SEXES)
def test_a_good_verdict_is_called_levelling_down_where_it_is_and_hardly_elsewhere(
    sex: str, drawn: object
) -> None:
    assert drawn("levelling-down").levelled(sex) >= 0.95  # type: ignore[operator]
    # A fall has to be clear, which it is by chance in at most one of forty.
    for name in ("halving", "pandemic", "undercount"):
        assert drawn(name).levelled(sex) <= 0.025 + chance(0.025)  # type: ignore[operator]


@pytest.mark.parametrize("sex", SEXES)
def test_an_undercount_moves_the_gap_by_what_the_table_of_other_choices_says(
    study: Study, sex: str, drawn: object
) -> None:
    """The same deaths over the residents there are, and over the published ones."""
    said, moved = [], []
    halving, miscounted = make("halving"), make("undercount")
    for seed, item in enumerate(drawn("undercount").judged[sex][:40]):  # type: ignore[operator]
        of = whole(study, miscounted.draw(seed))
        undercounted = Coded.of(RESIDENTS_WORSE, factor=1.15, from_age=20, to_age=44)
        row, _ = other_populations(of, item)[undercounted]
        said.append(np.asarray(row.gap)[-1] - newest(item.windows))
        true = own_gaps(study, halving.draw(seed)).gaps
        moved.append(newest(true[true["sex"] == sex]) - newest(item.windows))
    assert np.mean(moved) < -0.1
    np.testing.assert_allclose(said, moved, atol=0.005)


def newest(gaps: pd.DataFrame) -> float:
    return float(gaps.sort_values(["period_end", "period_start"])["gap_years"].iloc[-1])


def whole(study: Study, counts: Counts) -> Series:
    made = own_gaps(study, counts)
    borough = counts.groups({study.study.area_code: counts.areas}, "borough")
    counted = Counted({counts.geography: counts}, borough, pd.DataFrame())
    return Series(study, {}, made.gaps, made.baselines, counted, {})
