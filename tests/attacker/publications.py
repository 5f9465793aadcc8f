"""What a study publishes month by month: by the rules of today, and by those of one release."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from gapwatch.counting.areas import count
from gapwatch.counting.counts import windows
from gapwatch.counting.disclosure.closing import Settled, newly_closed, taken
from gapwatch.counting.disclosure.protect import parts_of, protect_life_expectancy
from gapwatch.counting.life_tables import _frame, life_expectancies, steps_of, tabled
from gapwatch.gap.ages import which_ages
from gapwatch.gap.evidence import series
from gapwatch.study import Study
from tests.attacker.places import History

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Publication:
    """Tables of a release, and from the extract of which day each year of deaths was read.

    The attacker knows both: the method is public, and the record says which snapshot it is.
    `floors` says that no atom of a second level is small.
    """

    day: dt.date
    tables: Mapping[str, pd.DataFrame]
    read: Mapping[int, dt.date]
    floors: bool = True


def unprotected(study: Study, history: History, days: Sequence[dt.date]) -> list[Publication]:
    """Each release judged by itself, of all kinds of areas, from the extract of its day.

    So it was before releases were judged together: the rules on counts, life expectancies and
    errors of one release hold.
    """
    found = []
    for day in days:
        inputs = history.inputs(day)
        counted = count(study, inputs)
        assert counted is not None
        own = counted.levels[study.geography.vintage]
        zones = {key: zone.areas for key, zone in study.zones.items()}
        places = [*counted.levels.values(), counted.borough, own.groups(zones)]
        assert study.computed is not None
        length = study.computed.area_window_years
        made = [tabled(counts, windows(counts, length)) for counts in places]
        rows = pd.concat([_frame(one, {}) for one in made], ignore_index=True)
        place = (counted.borough.geography, study.study.area_code)
        safe = protect_life_expectancy(rows, parts_of(own, zones, place), steps_of(made))
        years = dict.fromkeys((int(year) for year in own.years), day)
        found.append(Publication(day, {"computed_life_expectancy": safe}, years, floors=False))
    return found


def protected(
    study: Study, history: History, days: Sequence[dt.date], *, every_table: bool = True
) -> list[Publication]:
    """The releases of a study as they are made today, each with those before it.

    Without `every_table` of life expectancies alone, in which all counts stand.
    """
    found: list[Publication] = []
    read: dict[int, dt.date] = {}
    settled = Settled(frozenset(), {})
    for day in days:
        inputs = history.inputs(day)
        fresh = newly_closed(study, inputs, day, read)
        if found and not fresh:
            # The very same years from the very same extracts: a run is a function of these.
            found.append(Publication(day, found[-1].tables, dict(read)))
            continue
        read |= dict.fromkeys(fresh, day)
        held = {str(each): history.inputs(each) for each in set(read.values())}
        closed = taken(inputs, {year: str(each) for year, each in read.items()}, held)
        if not every_table:
            counted = count(study, closed, settled)
            assert counted is not None
            told = {"computed_life_expectancy": life_expectancies(study, counted, {})}
            found.append(Publication(day, told, dict(read)))
            continue
        of = series(study, closed, settled)
        settled = Settled(frozenset(read), dict(of.lengths))
        found.append(Publication(day, {**of.tables, "gap": of.gaps, **which_ages(of)}, dict(read)))
    return found
