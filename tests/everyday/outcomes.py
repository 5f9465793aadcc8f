"""What became of a slip: refused, withheld, warned of by name, right, or none of these."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from gapwatch.demo.twin.scenarios import SCENARIOS
from tests.everyday.running import Reached, reach
from tests.everyday.slips import SLIPS
from tests.everyday.world import World, right

NEAR_YEARS = 0.05
WORLDS = 4
TOLD = ("refused", "withheld", "warned", "right")
_KEY = ["measure", "sex", "period_start", "period_end"]


@dataclass(frozen=True)
class Outcome:
    """The slip, how it ended, and what was said."""

    slip: str
    number: int
    ended: str
    said: str


def run(world: World) -> Reached:
    """A world's files, read and judged."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.toml"
        path.write_text(world.study, encoding="utf-8")
        return reach(path, world.files(), Path(folder))


def warned(world: World) -> tuple[Reached, list[str]]:
    """A world's files, read and judged, and every warning by the real suites."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.toml"
        path.write_text(world.study, encoding="utf-8")
        found = reach(path, world.files(), Path(folder))
        return found, [*found.logged, *found.validated()]


@lru_cache(maxsize=64)
def _right(scenario: str, seed: int, *, decides: bool) -> tuple[pd.DataFrame, frozenset[str]]:
    found, told = warned(right(scenario, seed, decides=decides))
    return figures(found), frozenset(told)


def figures(found: Reached) -> pd.DataFrame:
    """Gaps of every measure, sex and window, and both sides."""
    gaps = found.verdict.results["gap"]
    return gaps.set_index(_KEY)[["gap_years", "worse_years", "better_years", "reason"]]


def slipped(number: int) -> Outcome | None:
    """Make the slip of a number in a right world and run it; None where it has no place there."""
    rng = np.random.default_rng([2035, number])
    name = list(SLIPS)[number % len(SLIPS)]
    scenario = str(rng.choice(list(SCENARIOS)))
    seed, decides = int(rng.integers(0, WORLDS)), bool(rng.random() < 0.8)
    before = right(scenario, seed, decides=decides)
    world = SLIPS[name][1](before.copy(), rng)
    if world is None:
        decides = True
        before = right(scenario, seed, decides=True)
        world = SLIPS[name][1](before.copy(), rng)
    if world is None or (world.files() == before.files() and world.study == before.study):
        return None
    ended, said = _ended(world, scenario, seed, decides=decides)
    return Outcome(name, number, ended, f"{scenario}, {seed}, {decides}: {said}")


def _ended(world: World, scenario: str, seed: int, *, decides: bool) -> tuple[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.toml"
        path.write_text(world.study, encoding="utf-8")
        found = reach(path, world.files(), Path(folder))
        if found.refused is not None:
            return "refused", str(found.refused).splitlines()[0]
        rights, usual = _right(scenario, seed, decides=decides)
        apart, withheld = differences(figures(found), rights)
        if not apart and not withheld:
            return "right", ""
        # Asked last: the suites take most of the time.
        told = [line for line in [*found.logged, *found.validated()] if line not in usual]
        if found.refused is not None:
            return "refused", str(found.refused).splitlines()[0]
        if told:
            return "warned", told[0]
        return ("wrong", apart) if apart else ("withheld", withheld)


def differences(found: pd.DataFrame, rights: pd.DataFrame) -> tuple[str, str]:
    """The first figure that is off, and the first that is withheld for a reason; or ""."""
    both = found.join(rights, rsuffix="_right")
    for name in ("gap_years", "worse_years", "better_years"):
        off = (both[name] - both[f"{name}_right"]).abs() > NEAR_YEARS
        new = both[name].notna() & both[f"{name}_right"].isna()
        if (off | new).any():
            row = both[off | new].iloc[0]
            return f"{row.name}: {row[name]:.2f} for {row[f'{name}_right']:.2f}", ""
    lost = both[both["gap_years"].isna() & both["gap_years_right"].notna()]
    if len(lost):
        silent = lost[lost["reason"].fillna("") == ""]
        if len(silent):
            return f"{silent.index[0]}: missing without a reason", ""
        return "", f"{lost.index[0]}: {lost['reason'].iloc[0]}"
    return "", ""


def tally(numbers: range) -> tuple[Counter[tuple[str, str]], list[Outcome]]:
    """Outcomes by slip and end, and every one that isn't told."""
    counts: Counter[tuple[str, str]] = Counter()
    wrong = []
    for number in numbers:
        found = slipped(number)
        if found is not None:
            counts[found.slip, found.ended] += 1
            if found.ended not in TOLD:
                wrong.append(found)
    return counts, wrong
