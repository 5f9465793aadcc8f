"""What a file source may say of an extract of deaths: one row a death, dates, totals, secrecy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from gapwatch.contracts import CALENDAR_YEAR
from gapwatch.errors import UnfitError
from gapwatch.study.base import Part, Period

FileColumn = Annotated[str, Field(min_length=1, max_length=300)]
COUNTED = ("deaths", "population", "population_deaths")
ESTIMATED = ("population", "life_expectancy")


class Extract(Part):
    """Declarations for files of counts, a council's own extract of deaths above all.

    `add_up`: rows of one key are added up, as they are where each row is one death (then
    `constants = { deaths_persons = "1" }`); else a key that stands twice is refused. A file that
    holds each of its rows equally often, more than once, is refused as one that was appended to
    itself, and so is a block of rows that stands in it again, one row after another, as chance
    doesn't repeat it. Every column of the file is named then: described by `columns`, chosen by
    `keep` or `drop`, the id in `unique`, added up over (`over`, or `totals` where the column has a
    word for all), or `ignored`, because it says nothing of what is counted. A column without a
    name is "column 3" and so on. A column that is added up over may hold no word for all that
    `totals` doesn't name, no bands of ages that overlap, and no word whose counts are the sum of
    all others. A sum with a part that is withheld or missing is missing itself, never the sum of
    the rest. In a wide file whose rows are areas, rows of one area are added up only where they
    differ in a column of `over`, such as the authority that each lies in; the same row twice is
    refused. `unique` names a column of the file, such as the number of the registration, in which
    each value stands once. `sparse`: combinations of block, sex and age that the file doesn't hold
    are zero counts, in the years that `years` names and, where it tells months, up to its last
    month; each of these years and months must be there. Without it they are missing. A count that
    is withheld, by whatever mark, is no zero: a sparse file may hold none, in rows that are left
    out neither, and `drop_missing` beside `sparse` leaves out cells that are blank, nothing else.
    `years` are the first and last calendar year that a row may be of.
    `dates` is the form of the pseudo column `date`, of which year and month are taken; a workbook's
    own dates are `yyyy-mm-dd`. A `month` is a number or an English name. A blank `cause` is filled
    with "not stated", since an empty one in the contract stands for all causes.
    `year_ends` is the last day of a year of deaths, month and day: `12-31` for calendar years, or
    `06-30` for years from 1 July to 30 June, each called by the calendar year that it ends in.
    `totals` maps a column of the file to the word by which a row is a total over that column: such
    rows are no data, and each must agree with the sum of the rows that it agrees with elsewhere, in
    the columns of the file that the table lacks too; a blank cell in a total row stands for all as
    well. A total with a part that is missing must be no less than the others.
    `hidden` says of rows, columns and sheets that a workbook hides, by a filter for instance,
    whether they `count` or are to be left out (`leave_out`); without it they are refused.
    `estimates`: the residents, or the deaths of a window, are estimates and may have decimals; all
    other counts are whole.
    `rounding`: the publisher rounded each count to a multiple of this many persons, which widens
    every interval made from it; `rounding_rule` says whether to the nearest multiple, or at random
    up or down so that the expectation is kept. Rounded counts that don't say so are refused.
    `restricted`: the file may not leave this machine. Its pin tells a keyed digest alone; it is
    kept outside version control, bundles and exports; no message tells a cell of it; and what is
    published from it passes disclosure control (gapwatch.counting.disclosure.protect),
    which there is for deaths alone.
    """

    add_up: bool = False
    over: tuple[FileColumn, ...] = ()
    ignored: tuple[FileColumn, ...] = ()
    hidden: Literal["count", "leave_out"] | None = None
    estimates: bool = False
    unique: FileColumn | None = None
    sparse: bool = False
    years: Period | None = None
    year_ends: Literal["12-31", "06-30"] = "12-31"
    dates: Literal["yyyy-mm-dd", "dd/mm/yyyy", "yyyy-mm"] | None = None
    totals: dict[FileColumn, Annotated[str, Field(min_length=1, max_length=300)]] = Field(
        default={}
    )
    restricted: bool = False
    rounding: Annotated[int, Field(ge=2, le=1000)] | None = None
    rounding_rule: Literal["nearest", "random"] = "nearest"


def require_sound(told: Extract, table: str, columns: Iterable[str], constants: set[str]) -> None:
    """Raise UnfitError for declarations that don't go together."""
    counted = table in COUNTED
    named = set(columns)
    rules = (
        (told.add_up and not counted, "add_up only for counts", f"add_up for {table}"),
        (told.sparse and table != "deaths", "sparse only for deaths", f"sparse for {table}"),
        (
            told.year_ends != CALENDAR_YEAR and table != "deaths",
            "year_ends only for deaths",
            f"year_ends for {table}",
        ),
        (
            told.year_ends != CALENDAR_YEAR and bool(named & {"date", "month"}),
            "whole years beside year_ends",
            "a column of dates or months",
        ),
        (
            told.restricted and table not in ("deaths", "voice"),
            "restricted only for deaths and voice",
            f"restricted for {table}",
        ),
        (bool(told.over) and not told.add_up, "over only beside add_up", "over alone"),
        (
            told.estimates and table not in ESTIMATED,
            f"estimates only for {' and '.join(ESTIMATED)}",
            f"estimates for {table}, whose counts are whole",
        ),
        (told.sparse and told.years is None, "years beside sparse", "sparse alone"),
        (
            told.sparse and "geography" not in constants,
            "geography among constants, beside sparse",
            "no such constant",
        ),
        (
            told.rounding is not None and not counted,
            "rounding only for counts",
            f"rounding for {table}",
        ),
        (
            told.rounding is not None and "geography" not in constants,
            "geography among constants, beside rounding",
            "no such constant",
        ),
        (bool(told.totals) and not counted, "totals only for counts", f"totals for {table}"),
        (
            ("date" in named) != (told.dates is not None) and table != "initiative",
            "dates and a column date together",
            "one without the other",
        ),
        (
            told.years is not None and told.years[0] > told.years[1],
            "years from a first to a last one",
            str(told.years),
        ),
    )
    for broken, expected, found in rules:
        if broken:
            raise UnfitError(expected, found)


def is_restricted(source: object) -> bool:
    """Whether a source is a file that may not leave this machine."""
    return isinstance(source, Extract) and source.restricted


def restricted_tables(sources: Iterable[Extract | Part]) -> frozenset[str]:
    """Names of the input tables that hold anything restricted: never exported nor shown by row."""
    return frozenset(str(vars(source)["table"]) for source in sources if is_restricted(source))


def sparse_years(sources: Iterable[Extract | Part]) -> dict[tuple[str, int], str]:
    """Source by (geography, year) in which an absent combination of deaths is a count of zero."""
    return {
        (vars(source)["constants"]["geography"], year): str(vars(source)["id"])
        for source in sources
        if isinstance(source, Extract) and source.sparse and source.years is not None
        for year in range(source.years[0], source.years[1] + 1)
    }


def rounding_steps(
    sources: Iterable[Extract | Part], table: str
) -> dict[str, tuple[int, Literal["nearest", "random"]]]:
    """Step and rule of rounding by geography, of the sources of a table that declare one.

    Where several do, the coarsest.
    """
    found: dict[str, tuple[int, Literal["nearest", "random"]]] = {}
    for source in sources:
        if not isinstance(source, Extract) or source.rounding is None:
            continue
        if str(vars(source)["table"]) != table:
            continue
        for geography in sorted(_geographies(source)):
            mine = (source.rounding, source.rounding_rule)
            found[geography] = max(found.get(geography, mine), mine)
    return found


def _geographies(source: Extract) -> set[str]:
    constants = [vars(source)["constants"], *vars(source)["sheets"].values()]
    return {str(told["geography"]) for told in constants if "geography" in told}
