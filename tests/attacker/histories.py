"""Random histories of six releases, with late registrations, corrections and withdrawals."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

import numpy as np

from gapwatch.contracts import SEXES
from tests.attacker.attacker import SMALL, Attacker, atoms_of
from tests.attacker.places import (
    BLOCKS,
    KINDS,
    WARDS,
    YEARS,
    Death,
    History,
    changed,
    members,
    ordinary,
    study,
)
from tests.attacker.publications import Publication, protected

START = dt.date(2024, 3, 15)
RELEASES = 6


def history(seed: int) -> tuple[History, tuple[dt.date, ...]]:
    """A borough, the days of six releases, and what happens to the extract between them."""
    chance = np.random.default_rng([18, seed])
    steps = np.cumsum([0, *chance.choice([1, 2, 3, 6, 9], RELEASES - 1)])
    days = tuple(dt.date(2024 + (2 + int(n)) // 12, (2 + int(n)) % 12 + 1, 15) for n in steps)
    base = ordinary(int(chance.integers(1_000_000)), min(days[-1], dt.date(2027, 12, 1)))
    within = (days[-1] - START).days
    more, gone = [], {}

    def some_day() -> dt.date:
        return START + dt.timedelta(days=int(chance.integers(1, within)))

    for _ in range(int(chance.integers(1, 7))):  # late registrations, of any earlier year
        day = some_day()
        year = int(chance.integers(2018, day.year + 1))
        more.append(
            Death(
                int(chance.integers(len(BLOCKS))),
                int(chance.integers(2)),
                year,
                int(chance.integers(1, 13)) if year < day.year else 1,
                int(chance.integers(8)),
                day,
            )
        )
    for at in chance.choice(len(base.deaths), int(chance.integers(1, 5)), replace=False):
        gone[int(at)] = some_day()  # withdrawn
        if chance.random() < 0.5:  # or corrected: the same death in another small area, sex or age
            was = base.deaths[int(at)]
            change = {"block": int(chance.integers(len(BLOCKS)))}
            change |= {"age": int(chance.integers(8))} if chance.random() < 0.5 else {}
            more.append(Death(**{**vars(was), **change, "registered": gone[int(at)]}))
    return changed(base, more, gone), days


def found_out(
    past: History, days: tuple[dt.date, ...], made: list[Publication]
) -> list[tuple[tuple[int, ...], str, int, str]]:
    """Counts of 1 to 4, and changes of 1 to 4 between two extracts, that the attacker proves.

    By sex, year, and ward or atom: small areas that stand in the same published rows. Whatever is
    known of one holds for its neighbours there, so none is known to have a death unless they are.
    """
    truth = {day: past.table(day).sum(axis=(3, 4)) for day in days}
    places = [tuple(sorted(members()[KINDS[0], ward])) for ward in WARDS]
    places += [atom for atom in atoms_of(beside(made)) if atom not in places]
    return [
        (place, name, year, kind)
        for sex, name in enumerate(SEXES)
        for attacker in [Attacker(made, name, days, only_more=False)]
        for place in places
        for year in attacker.years
        for kind in _known(attacker, truth, sex, place, year)
    ]


def beside(made: list[Publication]) -> set[tuple[str, str]]:
    """Areas of the second level that are told in any window."""
    tables = [one.tables["computed_life_expectancy"] for one in made]
    told = [
        table[(table["geography"] == KINDS[1]) & table["life_expectancy_years"].notna()]
        for table in tables
    ]
    return {(KINDS[1], area) for table in told for area in table["area"]}


def _known(
    attacker: Attacker,
    truth: dict[dt.date, np.ndarray],
    sex: int,
    place: tuple[int, ...],
    year: int,
) -> Iterator[str]:
    """Whether the count, or a change, of a place and year is proven to be 1 to 4."""
    blocks = list(place)
    counts = {day: int(table[blocks, sex, year - YEARS[0]].sum()) for day, table in truth.items()}
    sums = {day: {attacker.at(day, block, year): 1.0 for block in blocks} for day in truth}
    day = {y: d for one in attacker.publications for y, d in one.read.items()}.get(year)
    if day is not None and 1 <= counts[day] < SMALL and attacker.is_small(sums[day]):
        yield "count"
    for one, other in itertools.pairwise(truth):
        # Of a year that hasn't ended all months that are new are a change.
        change = counts[other] - counts[one]
        if year < one.year and 1 <= abs(change) < SMALL:
            sign = 1.0 if change > 0 else -1.0
            more = {at: sign * by for at, by in sums[other].items()}
            if attacker.is_small({**more, **dict.fromkeys(sums[one], -sign)}):
                yield "change"


def attacked(seed: int) -> tuple[list[Publication], list[tuple[tuple[int, ...], str, int, str]]]:
    """The publications of a random history, and what the attacker proves in them.

    Every second study has a level that crosses its wards.
    """
    past, days = history(seed)
    crossed = seed % 2 == 1
    one = study(KINDS[:2], window=5) if crossed else study(KINDS[:1])
    made = protected(one, past, days, every_table=False)
    return made, found_out(past, days, made)
