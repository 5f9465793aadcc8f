"""Random histories of six releases, with late registrations, corrections and withdrawals."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

import numpy as np

from gapwatch.contracts import SEXES
from tests.attacker.attacker import SMALL, Attacker, proven
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
        more.append(Death(int(chance.integers(len(BLOCKS))), int(chance.integers(2)), year,
                          int(chance.integers(1, 13)) if year < day.year else 1,
                          int(chance.integers(8)), day))  # fmt: skip
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
) -> list[tuple[str, str, int, str]]:
    """Counts of 1 to 4, and changes of 1 to 4 between two extracts, that the attacker proves.

    By ward, sex and year. Small areas of one ward stand in the same published rows: whatever is
    known of one holds for its neighbours, so none is known to have a death unless the ward is.
    """
    truth = {day: past.table(day).sum(axis=(3, 4)) for day in days}
    return [
        (ward, name, year, kind)
        for sex, name in enumerate(SEXES)
        for attacker in [Attacker(made, name, days, only_more=False)]
        for ward in WARDS
        for year in attacker.years
        for kind in _known(attacker, truth, sex, ward, year)
    ]


def _known(
    attacker: Attacker, truth: dict[dt.date, np.ndarray], sex: int, ward: str, year: int
) -> Iterator[str]:
    """Whether the count, or a change, of a ward and year is proven to be 1 to 4."""
    blocks = sorted(members()["ward2011", ward])
    counts = {day: int(table[blocks, sex, year - YEARS[0]].sum()) for day, table in truth.items()}
    sums = {day: {attacker.at(day, block, year): 1.0 for block in blocks} for day in truth}
    day = {y: d for one in attacker.publications for y, d in one.read.items()}.get(year)
    if day is not None and 1 <= counts[day] < SMALL and proven(attacker.bounds(sums[day])):
        yield "count"
    for one, other in itertools.pairwise(truth):
        # Of a year that hasn't ended all months that are new are a change.
        if year < one.year and 1 <= abs(counts[other] - counts[one]) < SMALL:
            low, high = attacker.bounds({**sums[other], **dict.fromkeys(sums[one], -1.0)})
            if proven((low, high)) or proven((-high, -low)):
                yield "change"


def attacked(seed: int) -> tuple[int, list[tuple[str, str, int, str]]]:
    """The different publications of a random history, and what the attacker proves in them."""
    past, days = history(seed)
    made = protected(study(KINDS[:1]), past, days, every_table=False)
    return len({id(one.tables) for one in made}), found_out(past, days, made)
