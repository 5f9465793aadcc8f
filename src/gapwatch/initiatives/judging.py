"""Whether an initiative is seen to have done what was expected: one expectation at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gapwatch.gap.trend.selection import selection_effect
from gapwatch.initiatives import codes
from gapwatch.initiatives.detection import Detectable, detect, of_counts, without_effect
from gapwatch.initiatives.expected import RegisteredExpectation, judged_version
from gapwatch.initiatives.panel import (
    Frames,
    IndicatorPanel,
    IndicatorWindows,
    Terms,
    Window,
    panel_of,
    windows,
)
from gapwatch.initiatives.placebo import (
    BeforeAndAfter,
    BoolArray,
    effects,
    sets_of,
    share_as_far,
    spread,
)
from gapwatch.initiatives.register import PlacedInitiative
from gapwatch.intervals import Z95

SIGNIFICANT = 0.05
LEAST_POWER = 0.8
_ROUNDING = 1e-9
# Areas of which nobody says how they were chosen may have been chosen for their figures.
FOR_FIGURES = ("worst", "not-stated")
_FEWEST_FOR_REGRESSION = 3


@dataclass
class JudgedPlace:
    """The study's areas and indicators, every initiative, and the seed."""

    frames: Frames
    geography: str
    areas: tuple[str, ...]
    initiatives: Sequence[PlacedInitiative]
    seed: int
    terms: Mapping[str, Terms] = field(default_factory=dict)
    _panels: dict[str, IndicatorPanel | str] = field(default_factory=dict)

    def panel(self, indicator: str) -> IndicatorPanel | str:
        """An indicator of all areas, read once, or the code of the reason why there is none."""
        if indicator not in self._panels:
            self._panels[indicator] = panel_of(
                self.frames, indicator, self.terms.get(indicator), self.areas, self.geography
            )
        return self._panels[indicator]


@dataclass(frozen=True)
class Finding:
    """What can be said of one initiative; effects are log ratios, None where there is none."""

    initiative: str
    verdict: str
    expectation: str = ""
    version: int = 0
    reason: str = ""
    flags: tuple[str, ...] = ()
    maryland_level: int = codes.NO_LEVEL
    areas: int = 0
    areas_compared: int = 0
    effect: float | None = None
    half: float | None = None
    p_expected: float | None = None
    p_either: float | None = None
    sets: int = 0
    placebos: str = "none"
    lead: float | None = None
    lead_p: float | None = None
    regression: float | None = None
    p_beyond_regression: float | None = None


Judged = tuple[Finding, Detectable | None]


def judge(
    place: JudgedPlace, one: PlacedInitiative, versions: Sequence[RegisteredExpectation]
) -> Judged:
    """What can be said of an initiative by one expectation, of which all versions are given.

    The verdict, in this order (docs/methods.md, initiatives): `described, not evaluated` where
    nothing was registered before the start, or what was can't be computed, or its areas moved apart
    from the others before it started; `too early` until all years after are known; `could not have
    been seen` where the stated change has less than 80% power, whatever the figures show;
    `sign as expected` where at most 5% of all sets of areas moved as far the expected way, beyond
    what regression to the mean is expected to do where the areas may have been chosen for their
    figures; `sign opposite` where it moved the other way, and at most 5% of all sets moved as far
    either way; else `no sign`.
    """
    named = Finding(one.id, codes.DESCRIBED, areas=len(one.areas))
    if not versions:
        return replace(named, reason=codes.NO_EXPECTATION), None
    told = judged_version(versions, one.first_day)
    last = max(versions, key=lambda version: version.version)
    flags = (codes.CHANGED_LATER,) if told is not None and told is not last else ()
    named = replace(named, expectation=last.id, version=(told or last).version, flags=flags)
    if told is None:
        return replace(named, reason=codes.REGISTERED_LATE), None
    case = _case(place, one, told)
    if isinstance(case, str):
        return replace(named, reason=case), None
    return _measured(place, case, replace(named, areas_compared=len(case.at) - len(one.areas)))


@dataclass(frozen=True)
class _Case:
    """An expectation that can be computed: its panel, the places of its areas in it, who is in."""

    one: PlacedInitiative
    told: RegisteredExpectation
    panel: IndicatorPanel
    at: list[int]
    treated: BoolArray


def _case(place: JudgedPlace, one: PlacedInitiative, told: RegisteredExpectation) -> _Case | str:
    """What can be computed, or the code of the reason why nothing can."""
    reason = _not_computable(place, one, told)
    if reason:
        return reason
    panel = place.panel(told.indicator)
    if isinstance(panel, str):
        return panel
    others = told.comparators or tuple(area for area in place.areas if area not in one.areas)
    if set(others) & set(one.areas):
        return codes.COMPARATOR_TREATED
    if not set(others) <= set(place.areas):
        return codes.OTHER_AREA
    if not others:
        return codes.WHOLE_PLACE
    at = [at for at, area in enumerate(place.areas) if area in one.areas or area in others]
    treated = np.array([place.areas[place_of] in one.areas for place_of in at], dtype=bool)
    return _Case(one, told, panel, at, treated)


def _not_computable(place: JudgedPlace, one: PlacedInitiative, told: RegisteredExpectation) -> str:
    start = one.start_year or 0
    rules = (
        (told.design != codes.COMPUTED_DESIGN, codes.NOT_COMPUTED),
        (one.where_basis == "whole-place", codes.WHOLE_PLACE),
        (not one.areas, codes.NO_AREA),
        (one.where_basis == "office", codes.OFFICE),
        (not set(one.areas) <= set(place.areas), codes.OTHER_AREA),
        (told.before[1] >= start or told.after[0] < start, codes.WINDOWS_OVERLAP_START),
    )
    return next((code for broken, code in rules if broken), "")


def _measured(place: JudgedPlace, case: _Case, named: Finding) -> Judged:
    told, panel = case.told, case.panel
    size = len(case.one.areas)
    flags = (*named.flags, *_flags(place, case))
    if panel.newest < told.after[1]:
        rest = [at for at, inside in zip(case.at, case.treated, strict=True) if not inside]
        pool = case.at if _untouched(case) else rest
        seen = detect(
            panel, pool, size, told.before, told.after, told.sign, place.seed, told.stated_log
        )
        early = replace(named, verdict=codes.TOO_EARLY, reason=codes.NOT_YET, flags=flags)
        return early, seen
    found = windows(panel, told.before, told.after, case.at)
    if isinstance(found, str):
        return replace(named, reason=found, flags=flags), None
    flags += (codes.YEARS_LACKING,) if found.lacking else ()
    sets = sets_of(len(case.at), size, place.seed)
    tried = sets.members if sets.exact else np.vstack((case.treated.astype(float), sets.members))
    moved = effects(found.counts, tried)
    own = float(effects(found.counts, case.treated[np.newaxis])[0])
    if math.isnan(own):
        return replace(named, reason=codes.ZERO_COUNT, flags=flags), None
    seen = of_counts(
        without_effect(found.counts, case.treated, own),
        size,
        told.before,
        told.after,
        told.sign,
        place.seed,
        told.stated_log,
        years=len(found.after),
    )
    half = None if seen.sd is None else Z95 * seen.sd
    lead, lead_p = _lead(place, case, found)
    # Areas that were drawn by lot have no fall to expect.
    drawn = case.one.areas_chosen == "random"
    back = None if drawn else _regression(place, case, found.counts)
    # Only a fall to the mean that goes the expected way can look like a sign.
    beyond = own - back if back is not None and told.sign * back > 0 else own
    finding = replace(
        named,
        flags=flags + ((codes.NO_LEADS,) if lead_p is None else ()),
        effect=own,
        half=half,
        p_expected=share_as_far(moved, own, told.sign),
        p_either=share_as_far(moved, own, 0),
        sets=len(tried),
        placebos="exact" if sets.exact else "seeded",
        lead=lead,
        lead_p=lead_p,
        regression=back,
        p_beyond_regression=None if back is None else share_as_far(moved, beyond, told.sign),
    )
    return _with_verdict(finding, case, seen), seen


def _untouched(case: _Case) -> bool:
    """Whether windows moved back to the newest year end before the initiative starts."""
    return case.panel.newest < (case.one.start_year or 0)


def _with_verdict(found: Finding, case: _Case, seen: Detectable) -> Finding:
    """The verdict of figures that are there, by the rules of `judge`."""
    level = codes.LEVELS[case.told.design]
    if found.lead_p is not None and found.lead_p <= SIGNIFICANT + _ROUNDING:
        return replace(found, verdict=codes.DESCRIBED, reason=codes.LEADS_DIFFER)
    if 1.0 / found.sets > SIGNIFICANT + _ROUNDING:
        return replace(
            found, verdict=codes.COULD_NOT, reason=codes.TOO_FEW_AREAS, maryland_level=level
        )
    if seen.power is None or seen.power < LEAST_POWER - _ROUNDING:
        return replace(found, verdict=codes.COULD_NOT, reason=seen.reason, maryland_level=level)
    doubtful = case.one.areas_chosen in FOR_FIGURES and found.p_beyond_regression is not None
    expected = found.p_beyond_regression if doubtful else found.p_expected
    verdict = codes.NO_SIGN
    if expected is not None and expected <= SIGNIFICANT + _ROUNDING:
        verdict = codes.AS_EXPECTED
    elif (
        found.effect is not None
        and found.p_either is not None
        and case.told.sign * found.effect < 0
        and found.p_either <= SIGNIFICANT + _ROUNDING
    ):
        verdict = codes.OPPOSITE
    return replace(found, verdict=verdict, maryland_level=level)


def _flags(place: JudgedPlace, case: _Case) -> tuple[str, ...]:
    """What to bear in mind: how its areas were chosen, and what else runs there for the same."""
    one, told = case.one, case.told
    compared = {
        place.areas[at] for at, inside in zip(case.at, case.treated, strict=True) if not inside
    }
    others = [
        other
        for other in place.initiatives
        if other.id != one.id
        and one.theme
        and other.theme == one.theme
        and other.where_basis in ("delivery", "residents")
        and other.runs_in(told.before[0], told.after[1])
    ]
    return tuple(
        code
        for code, holds in (
            (codes.CHOSEN_FOR_FIGURES, one.areas_chosen in FOR_FIGURES),
            (codes.OTHER_IN_AREAS, any(set(o.areas) & set(one.areas) for o in others)),
            (codes.OTHER_IN_COMPARATORS, any(set(o.areas) & compared for o in others)),
        )
        if holds
    )


def _lead(
    place: JudgedPlace, case: _Case, found: IndicatorWindows
) -> tuple[float | None, float | None]:
    """The effect in a time when there can have been none, and the share of sets that moved as far.

    From as many years before the window before as that has, or as there are, to that window; where
    there are none, from its first half to its second.
    """
    told = case.told
    length = told.before[1] - told.before[0] + 1
    earlier: Window = (told.before[0] - length, told.before[0] - 1)
    pair = windows(case.panel, earlier, told.before, case.at)
    if isinstance(pair, str):
        half = len(found.before) // 2
        if not half:
            return None, None
        first, second = found.before[:half], found.before[-half:]
        pair = windows(case.panel, (first[0], first[-1]), (second[0], second[-1]), case.at)
    if isinstance(pair, str):
        return None, None
    own = float(effects(pair.counts, case.treated[np.newaxis])[0])
    if math.isnan(own):
        return None, None
    sets = sets_of(len(case.at), len(case.one.areas), place.seed)
    tried = sets.members if sets.exact else np.vstack((case.treated.astype(float), sets.members))
    return own, share_as_far(effects(pair.counts, tried), own, 0)


def _regression(place: JudgedPlace, case: _Case, counts: BeforeAndAfter) -> float | None:
    """Log change to expect of areas that were chosen for their figures before, from chance alone.

    Empirical Bayes over all areas (gap.trend.selection) on the logarithm of the rate before. The
    standard error of an area is that of its count, 1/sqrt(count), times how much more areas move
    from window to window than counts alone would. None below three areas and for a count of zero.
    """
    if len(counts) < _FEWEST_FOR_REGRESSION or (counts.before <= 0).any():
        return None
    alone = effects(counts, sets_of(len(counts), 1, place.seed).members)
    own = ~case.treated
    by_chance = np.sqrt(1.0 / counts.before + 1.0 / np.maximum(counts.after, 1.0))
    sd = spread(alone[own])
    expected = float(np.sqrt(np.mean(by_chance[own] ** 2))) if own.any() else math.nan
    times = max(1.0, sd / expected) if sd > 0 and expected > 0 else 1.0
    weights = np.zeros(len(counts))
    for side, sign in ((case.treated, 1.0), (own, -1.0)):
        weights[side] = sign * counts.before[side] / counts.before[side].sum()
    found = selection_effect(
        np.log(counts.before / counts.people_before), times / np.sqrt(counts.before), weights
    )
    return -found.expected_fall_later
