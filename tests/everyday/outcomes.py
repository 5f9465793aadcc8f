"""What became of a slip: refused, withheld, warned of by name, right, or none of these."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gapwatch.demo.twin.mortality import AGE_STARTS
from gapwatch.demo.twin.scenarios import SCENARIOS
from gapwatch.demography.life_table import life_table
from tests.everyday.running import Reached, reach
from tests.everyday.slips import SLIPS, UNSEEN
from tests.everyday.world import DEATHS, LOOKUP, PEOPLE, World, right, ward_codes

NEAR_YEARS = 0.05
WORLDS = 4
WITHOUT_TOTALS = 2007
TOLD = ("refused", "withheld", "warned", "right", "unseen")
_CODES = ward_codes()
_SIDES = {
    "north-v-south": (_CODES[:3], _CODES[3:]),
    "poorest-v-richest": (_CODES[:1], _CODES[5:]),
}
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


@cache
def _right(scenario: str, seed: int, *, decides: bool, totals_to: int) -> pd.DataFrame:
    return figures(run(right(scenario, seed, decides=decides, totals_to=totals_to)))


@cache
def _usual(scenario: str, seed: int, *, decides: bool, totals_to: int) -> frozenset[str]:
    """What the suites say of a right world: where totals aren't there, that they aren't checked."""
    _, told = warned(right(scenario, seed, decides=decides, totals_to=totals_to))
    return frozenset(told)


def figures(found: Reached) -> pd.DataFrame:
    """Gaps of every measure, sex and window, and both sides."""
    gaps = found.verdict.results["gap"]
    return gaps.set_index(_KEY)[["gap_years", "worse_years", "better_years", "reason"]]


def slipped(number: int, *, scenario: str = "") -> Outcome | None:
    """Make the slip of a number in a right world and run it; None where it has no place there.

    With a scenario, all are made in the one world of its first seed, which is measured but once.
    """
    rng = np.random.default_rng([2035, number])
    name = list(SLIPS)[number % len(SLIPS)]
    drawn = str(rng.choice(list(SCENARIOS)))
    seed, decides = int(rng.integers(0, WORLDS)), bool(rng.random() < 0.8)
    scenario, seed = (scenario, 0) if scenario else (drawn, seed)
    # Where no totals of the same years stand beside the counts, other checks must see the slip.
    about = {"decides": decides, "totals_to": 2025}
    if decides and rng.random() < 0.5:
        about["totals_to"] = WITHOUT_TOTALS
    before = right(scenario, seed, **about)
    world = SLIPS[name][1](before.copy(), rng)
    if world is None:
        about["decides"] = True
        before = right(scenario, seed, **about)
        world = SLIPS[name][1](before.copy(), rng)
    if world is None or (world.files() == before.files() and world.study == before.study):
        return None
    ended, said = _ended(world, scenario, seed, about)
    if ended == "wrong" and name in UNSEEN:
        off = _gap_off(world, right(scenario, seed, **about), _right(scenario, seed, **about))
        ended = "unseen" if off <= UNSEEN[name][0] else "wrong"
        said = f"{off:.2f} years, {said}"
    return Outcome(name, number, ended, f"{scenario}, {seed}, {about}: {said}")


def _ended(world: World, scenario: str, seed: int, about: dict[str, Any]) -> tuple[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.toml"
        path.write_text(world.study, encoding="utf-8")
        found = reach(path, world.files(), Path(folder))
        if found.refused is not None:
            return "refused", str(found.refused).splitlines()[0]
        rights = _right(scenario, seed, **about)
        apart, withheld = differences(figures(found), rights, right(scenario, seed, **about))
        if not apart and not withheld:
            return "right", ""
        # Asked last: the suites take most of the time.
        told = [*found.logged, *found.noted()]
        said = [] if told else found.validated()
        if found.refused is not None:
            return "refused", str(found.refused).splitlines()[0]
        if said:
            usual = _usual(scenario, seed, **about)
            told = [line for line in said if line not in usual]
        if told:
            return "warned", told[0]
        return ("wrong", apart) if apart else ("withheld", withheld)


def _gap_off(world: World, before: World, rights: pd.DataFrame) -> float:
    """The most that any gap of a slipped world is off, years."""
    found = figures(run(world))["gap_years"].dropna()
    off = [0.0]
    for key, value in found.items():
        wanted = rights.loc[key] if key in rights.index else counted(before, *key)
        if wanted is not None:
            off.append(abs(value - wanted["gap_years"]))
    return max(off)


def differences(found: pd.DataFrame, rights: pd.DataFrame, world: World) -> tuple[str, str]:
    """The first figure that is off, and the first that is withheld for a reason; or "".

    Windows of another length than in the right world's figures are counted from its own files.
    """
    silent = held = ""
    for key, row in found.iterrows():
        if pd.isna(row["gap_years"]):
            before = rights["gap_years"].get(key, np.nan)
            if pd.notna(before) and row["reason"]:
                held = held or f"{key}: {row['reason']}"
            elif pd.notna(before):
                silent = silent or f"{key}: missing without a reason"
            continue
        wanted = rights.loc[key] if key in rights.index else counted(world, *key)
        for name in ("gap_years", "worse_years", "better_years"):
            if wanted is not None and name in wanted and abs(row[name] - wanted[name]) > NEAR_YEARS:
                return f"{key}: {name} {row[name]:.2f} for {wanted[name]:.2f}", ""
            if wanted is not None and pd.isna(wanted.get(name)) and pd.notna(row[name]):
                return f"{key}: {name} {row[name]:.2f} where there is none", ""
    return silent, held


def counted(world: World, measure: str, sex: str, first: int, last: int) -> dict[str, float] | None:
    """Both sides' life expectancy and the gap, from the rows of a right world's files."""
    if DEATHS not in world.tables or measure not in _SIDES:
        return None
    ward_of = {row[0]: row[2] for row in world.tables[LOOKUP][1:]}
    word = {"female": "Females", "male": "Males"}[sex]
    life = []
    for side in _SIDES[measure]:
        both = [
            sum(
                np.array(row[4:], dtype=float)
                for row in world.tables[table][1:]
                if ward_of[row[0]] in side and row[3] == word and first <= int(row[2]) <= last
            )
            for table in (DEATHS, PEOPLE)
        ]
        life.append(float(life_table(both[0], both[1], AGE_STARTS).e[..., 0]))
    return {"gap_years": life[1] - life[0], "worse_years": life[0], "better_years": life[1]}


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
