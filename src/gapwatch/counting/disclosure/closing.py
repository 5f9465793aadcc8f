"""Years of restricted deaths that are closed: published once, and never read again.

Two releases that read the same deaths twice are a published difference: a late registration, a
correction or a withdrawal would stand in it alone. So restricted deaths enter in whole calendar
years, some months after the end of each, and from then on stay as they were in the snapshot in
which they were first published, with the residents of that snapshot. What comes later for such a
year is never counted (docs/decisions/0009).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from gapwatch.contracts import DEATHS, POPULATION
from gapwatch.study import Study

MONTHS = 12
READ = (DEATHS.name, POPULATION.name)
Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Settled:
    """What earlier releases have settled of the figures from restricted deaths.

    `years` are closed and were published before: they were held against the publisher's totals
    then. `side_window_years` is the length of the windows of each measure with two sides. `united`
    says whether areas of the second level are told together where they have to be (see uniting);
    None leaves it to the study.
    """

    years: frozenset[int]
    side_window_years: Mapping[str, int]
    united: bool | None = None

    def unites(self, study: Study) -> bool:
        """Whether areas of the second level are told together."""
        return study.closing.unite if self.united is None else self.united


def last_closed(known_at: dt.date, months: int) -> int:
    """The last calendar year that had ended `months` months before the month of a day."""
    return (known_at.year * MONTHS + known_at.month - 1 - months) // MONTHS - 1


def newly_closed(
    study: Study, inputs: Mapping[str, pd.DataFrame], known_at: dt.date, before: Collection[int]
) -> tuple[int, ...]:
    """Years of restricted deaths that are closed by a day and aren't among those closed `before`.

    A year needs deaths of all its months, or of the whole year, and residents where the study has
    life tables of its own. They follow one another and those before: a year that isn't whole keeps
    the later ones waiting, and one before the first is never added.
    """
    rules = study.closing
    most = last_closed(known_at, rules.closed_after_months)
    if study.computed is not None and study.computed.provisional_from is not None:
        most = min(most, study.computed.provisional_from - 1)
    ready = _whole(inputs[DEATHS.name])
    if study.computed is not None and POPULATION.name in inputs:
        ready &= set(inputs[POPULATION.name]["year"].astype(int))
    ready = {year for year in ready if (rules.first_year or year) <= year <= most}
    if not ready:
        return ()
    year = max(before) + 1 if before else min(ready)
    found = []
    while year in ready:
        found.append(year)
        year += 1
    return tuple(found)


def _whole(deaths: pd.DataFrame) -> set[int]:
    """Years of which the deaths of every month are there."""
    months = deaths.groupby(deaths["year"].astype(int))["month"].agg(set)
    whole = [found == {""} or len(found - {""}) >= MONTHS for found in months]
    return {int(year) for year in months.index[whole]}


def taken(inputs: Frames, years: Mapping[int, str], held: Mapping[str, Frames]) -> Frames:
    """The inputs with deaths of the closed years alone, each with the residents of its snapshot.

    `years` has the snapshot of each closed year, and `held` deaths and residents of each snapshot.
    Residents of other years are those of the inputs; nothing is made of them without deaths.
    """
    found = dict(inputs)
    for name in READ:
        if name not in inputs:
            continue
        parts = [_of(held[snapshot][name], {year}) for year, snapshot in sorted(years.items())]
        if name == POPULATION.name:
            parts.append(inputs[name][~inputs[name]["year"].isin(list(years))])
        found[name] = pd.concat([inputs[name].iloc[:0], *parts], ignore_index=True)
    return found


def _of(frame: pd.DataFrame, years: Collection[int]) -> pd.DataFrame:
    return frame[frame["year"].isin(list(years))]
