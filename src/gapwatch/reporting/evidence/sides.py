"""Which way each side moves: one rule for every page, the trend through all comparable windows.

"Rose" and "fell" are said where the 95% interval of a side's trend excludes no change, and of
nothing else. Two windows set against each other tell how much, never which way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gapwatch.contracts import Verdict
from gapwatch.reporting.evidence.rows import LimitedValue, estimate
from gapwatch.reporting.language.numbers import SPACE, capital, interval, plain
from gapwatch.reporting.language.sexes import of_sex

# Years a year: at such a pace a decade changes less than most intervals are wide.
SLIGHT = 0.1
VERBS = {1: "rose", -1: "fell"}
UNKNOWN = "the figures cannot tell which side moved"


@dataclass(frozen=True)
class SideChanges:
    """Change of each side's life expectancy in years a year; None where it isn't known."""

    worse: LimitedValue | None = None
    better: LimitedValue | None = None

    @property
    def signs(self) -> tuple[int | None, int | None]:
        """`sign` of the worse-off and of the better-off side."""
        return sign(self.worse), sign(self.better)


def moves(found: Verdict) -> SideChanges:
    """Trends of both sides, over the windows that a verdict rests on."""
    return SideChanges(
        estimate(
            found.worse_slope_years_per_year,
            found.worse_slope_lower95_years_per_year,
            found.worse_slope_upper95_years_per_year,
        ),
        estimate(
            found.better_slope_years_per_year,
            found.better_slope_lower95_years_per_year,
            found.better_slope_upper95_years_per_year,
        ),
    )


def sign(trend: LimitedValue | None) -> int | None:
    """1 for a clear rise, -1 for a clear fall, 0 for neither; None where it isn't known."""
    if trend is None or trend.lower is None or trend.upper is None:
        return None
    return 1 if trend.lower > 0 else -1 if trend.upper < 0 else 0


def finding(found: SideChanges, worse: str, better: str) -> str:
    """What is clear of both sides, and what is not, as a title; "" where nothing is."""
    signs = found.signs
    if None in signs or signs == (0, 0):
        return ""
    if signs[0] == signs[1]:
        return f"Life expectancy {VERBS[signs[0] or 0]} on both sides"
    if 0 in signs:
        (way, moved), still = (
            ((signs[0], worse), better) if signs[0] else ((signs[1], better), worse)
        )
        return f"Life expectancy {VERBS[way or 0]} in {moved}; no clear change in {still}"
    return (
        f"Life expectancy {VERBS[signs[0] or 0]} in {worse} and {VERBS[signs[1] or 0]} in {better}"
    )


def pace(trend: LimitedValue | None) -> tuple[str, str]:
    """` slightly` where the pace is small, and the pace with its interval in brackets."""
    if trend is None or trend.lower is None or trend.upper is None:
        return "", ""
    least, most = sorted((abs(trend.lower), abs(trend.upper)))
    slight = " slightly" if abs(trend.value) < SLIGHT else ""
    value = plain(abs(trend.value), 2)
    return slight, f" ({value}{SPACE}years a year, plausibly {interval(least, most, 2)})"


def who_moved(found: SideChanges, worse: str, better: str, sex: str = "") -> str:
    """Whose life expectancy moved; only a move that is clear carries a pace. "" where unknown."""
    first, second = found.signs
    if first is None or second is None:
        return ""
    lives = capital(of_sex(sex, "life expectancy"))
    (low, at_worse), (high, at_better) = pace(found.worse), pace(found.better)
    if first == second == 0:
        return "The figures cannot tell which side moved."
    if first == second:
        return (
            f"{lives} {VERBS[first]} on both sides: in {worse}{at_worse} and in "
            f"{better}{at_better}."
        )
    if 0 in (first, second):
        way, slight, name, at, still = (
            (first, low, worse, at_worse, better)
            if first
            else (second, high, better, at_better, worse)
        )
        return f"{lives} {VERBS[way]}{slight} in {name}{at}. In {still} there is no clear change."
    return (
        f"{lives} {VERBS[first]}{low} in {worse}{at_worse} and {VERBS[second]}{high} in "
        f"{better}{at_better}."
    )


def cause(found: SideChanges, worse: str, better: str, *, narrowed: bool) -> str:
    """What a clear change of the gap comes from, as a clause; "" where it isn't known.

    A gap that levels down has a clause of its own (`direction.mainly_down`).
    """
    signs = found.signs
    if None in signs:
        return ""
    # From here the side whose rise would explain the change stands first.
    ways = signs if narrowed else signs[::-1]
    this, other = (worse, better) if narrowed else (better, worse)
    told: Callable[[], str] | None = {
        (1, 0): lambda: f"as life expectancy rose in {this}, with no clear change in {other}",
        (1, 1): lambda: f"as life expectancy rose faster in {this} than in {other}",
        (-1, -1): lambda: f"as life expectancy fell faster in {other} than in {this}",
        (0, -1): lambda: f"as life expectancy fell in {other}, with no clear change in {this}",
        (1, -1): lambda: f"as life expectancy rose in {this} and fell in {other}",
        (0, 0): lambda: f"but {UNKNOWN}",
        (0, 1): lambda: f"but all that is clear is that life expectancy rose in {other}",
        (-1, 0): lambda: f"but all that is clear is that life expectancy fell in {this}",
    }.get(ways)  # type: ignore[arg-type]
    return told() if told else ""
