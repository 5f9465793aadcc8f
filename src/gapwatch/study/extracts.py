"""What a file source may say of an extract of deaths: one row a death, dates, totals, secrecy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from gapwatch.study.base import Part, Period

FileColumn = Annotated[str, Field(min_length=1, max_length=300)]
COUNTED = ("deaths", "population", "population_deaths")


class Extract(Part):
    """Declarations for files of counts, a council's own extract of deaths above all.

    `add_up`: rows of one key are added up, as they are where each row is one death (then
    `constants = { deaths_persons = "1" }`); else a key that stands twice is refused. A file that
    holds each of its rows equally often, more than once, is refused as one that was appended to
    itself. `unique` names a column of the file, such as the number of the registration, in which
    each value stands once. `sparse`: combinations of block, sex and age that the file doesn't hold
    are zero counts, in the years that `years` names and, where it tells months, up to its last
    month; each of these years and months must be there. Without it they are missing.
    `years` are the first and last calendar year that a row may be of.
    `dates` is the form of the pseudo column `date`, of which year and month are taken; a workbook's
    own dates are `yyyy-mm-dd`. A `month` is a number or an English name. A blank `cause` is filled
    with "not stated", since an empty one in the contract stands for all causes.
    `totals` maps a column of the file to the word by which a row is a total over that column: such
    rows are no data, and each must agree with the sum of the rows that it agrees with elsewhere; a
    blank cell in a total row stands for all as well.
    `restricted`: the file may not leave this machine. Its pin tells a keyed digest alone; it is
    kept outside version control, bundles and exports; no message tells a cell of it; and what is
    published from it passes disclosure control (gapwatch.counting.disclosure), which there is for
    deaths alone.
    """

    add_up: bool = False
    unique: FileColumn | None = None
    sparse: bool = False
    years: Period | None = None
    dates: Literal["yyyy-mm-dd", "dd/mm/yyyy", "yyyy-mm"] | None = None
    totals: dict[FileColumn, Annotated[str, Field(min_length=1, max_length=300)]] = Field(
        default={}
    )
    restricted: bool = False


def require_sound(told: Extract, table: str, columns: Iterable[str], constants: set[str]) -> None:
    """Raise ValueError "expected|found" for declarations that don't go together."""
    counted = table in COUNTED
    named = set(columns)
    rules = (
        (told.add_up and not counted, "add_up only for counts", f"add_up for {table}"),
        (told.sparse and table != "deaths", "sparse only for deaths", f"sparse for {table}"),
        (told.restricted and table != "deaths", "restricted only for deaths",
         f"restricted for {table}"),
        (told.sparse and told.years is None, "years beside sparse", "sparse alone"),
        (told.sparse and "geography" not in constants, "geography among constants, beside sparse",
         "no such constant"),
        (bool(told.totals) and not counted, "totals only for counts", f"totals for {table}"),
        (("date" in named) != (told.dates is not None), "dates and a column date together",
         "one without the other"),
        (told.years is not None and told.years[0] > told.years[1],
         "years from a first to a last one", str(told.years)),
    )  # fmt: skip
    for broken, expected, found in rules:
        if broken:
            raise ValueError(f"{expected}|{found}")


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
