"""When a five-year figure says something about a deadline year, and when it is out."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedWindow:
    """A window of whole years, its midpoint, and the calendar year in which it is published."""

    start: int
    end: int
    midpoint: float
    published: int


@dataclass(frozen=True)
class PublicationClock:
    """Which windows speak of the deadline, and when.

    `last_by_deadline`: the last window published by the end of the deadline year;
    `ending_at_deadline`: the window whose last year is the deadline year;
    `centred_on_deadline`: the first window whose midpoint is the deadline year or, for windows of
    an even number of years, half a year after it.
    """

    deadline_year: int
    window_years: int
    publication_lag_years: int
    last_by_deadline: PublishedWindow
    ending_at_deadline: PublishedWindow
    centred_on_deadline: PublishedWindow


def publication_clock(
    *,
    deadline_year: int,
    window_years: int = 5,
    publication_lag_years: int = 2,
    lead: float = 0.0,
) -> PublicationClock:
    """Publication clock of a deadline: with the defaults and 2035, the last window out by the end
    of 2035 is 2029 to 2033, the one that ends in 2035 is centred on 2033 and out about 2037, and
    the one centred on 2035 is 2033 to 2037, out about 2039.

    A window that ends in year e is published in e + `publication_lag_years`; two years is how long
    small-area life expectancy has usually taken, not a promise by the publisher. `lead` is the part
    of each year that lies in the calendar year before: 0.5 for years to June, whose windows are
    centred half a year earlier.

    Raises ValueError when an argument is not a whole number, `window_years` is below 1 or
    `publication_lag_years` below 0.
    """
    limits = (
        ("deadline_year", deadline_year, None),
        ("window_years", window_years, 1),
        ("publication_lag_years", publication_lag_years, 0),
    )
    for name, value, least in limits:
        if int(value) != value or (least is not None and value < least):
            wanted = "a whole number" + ("" if least is None else f" of {least} or more")
            raise ValueError(f"{name}: expected {wanted}, found {value}")

    def window(end: int) -> PublishedWindow:
        start = end - window_years + 1
        return PublishedWindow(start, end, (start + end) / 2 - lead, end + publication_lag_years)

    return PublicationClock(
        deadline_year=deadline_year,
        window_years=window_years,
        publication_lag_years=publication_lag_years,
        last_by_deadline=window(deadline_year - publication_lag_years),
        ending_at_deadline=window(deadline_year),
        centred_on_deadline=window(centred_end(deadline_year, window_years, lead)),
    )


def centred_end(year: int, window_years: int, lead: float) -> int:
    """Last year of the first window whose midpoint is `year` or at most half a year after it."""
    return math.ceil(year + lead + (window_years - 1) / 2)
