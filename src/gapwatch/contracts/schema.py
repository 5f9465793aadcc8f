"""What a table is made of, and the columns that several tables share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["text", "integer", "number", "boolean"]

# Six decimals of a year is half a minute: finer than any figure here, and coarse enough that a
# last-bit difference between two processors never reaches an output.
DECIMALS = 6


@dataclass(frozen=True)
class Column:
    """One column: its type, its unit (in the name too), whether it may be missing, its meaning."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    nullable: bool = False
    may_be_empty: bool = False  # text whose emptiness says something: no reason, no flag
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    pattern: str = ""
    words_of: str = ""  # the column of the code that this text says in words, for readers


@dataclass(frozen=True)
class Check:
    """A rule across columns, as a SQL condition that holds or is unknown for every row."""

    name: str
    condition: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """One table: its columns in order, its key (which also sorts its exports), its rules."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    checks: tuple[Check, ...] = ()

    @property
    def coded(self) -> Table:
        """The table as it is found out, before codes are put in words beside them."""
        return replace(self, columns=tuple(one for one in self.columns if not one.words_of))

    @property
    def names(self) -> tuple[str, ...]:
        """Column names, in the order of the contract."""
        return tuple(column.name for column in self.columns)


SEXES = ("female", "male")
PERSONS = "persons"
"""Both sexes together, as some publishers have them alone; never summed with the others."""
EVERY_SEX = (*SEXES, PERSONS)
# Any publisher's code: no blank, and nothing that a list, an argument or a spreadsheet would read
# as something else. Which codes a study's areas have is the study's to say (study.code_forms).
CODE = "[A-Za-z0-9][A-Za-z0-9._-]{0,39}"
TOGETHER = "+"
"""What stands between the codes of areas whose figures are told together."""
CODES = f"{CODE}(\\{TOGETHER}{CODE})*"
ONS_CODE = "[A-Z][0-9]{8}"
SLUG = "[a-z0-9]+(-[a-z0-9]+)*"


def text(name: str, meaning: str, **rules: object) -> Column:
    return Column(name, "text", meaning, **rules)  # type: ignore[arg-type]


def words(name: str, meaning: str, *, of: str) -> Column:
    """What the code in another column says in words; made in reporting.language, read by nobody."""
    return Column(name, "text", meaning, may_be_empty=True, words_of=of)


def arguments(name: str, meaning: str) -> Column:
    """What a code needs to be understood, as `first=2001 last=2005` (`codes.Coded`)."""
    return Column(
        name,
        "text",
        meaning,
        may_be_empty=True,
        pattern="([a-z_]+=[^ =]+( [a-z_]+=[^ =]+)*)?",
    )


def years(name: str, meaning: str, *, nullable: bool = True, **rules: object) -> Column:
    return Column(name, "number", meaning, unit="years", nullable=nullable, **rules)  # type: ignore[arg-type]


def calendar(name: str, meaning: str, *, nullable: bool = False) -> Column:
    return Column(
        name,
        "integer",
        meaning,
        unit="calendar year",
        nullable=nullable,
        minimum=1801,
        maximum=2200,
    )


def truth(name: str, meaning: str) -> Column:
    return Column(name, "boolean", meaning)


def ratio(name: str, meaning: str, *, minimum: float | None = None) -> Column:
    return Column(name, "number", meaning, unit="ratio", nullable=True, minimum=minimum)


def share(name: str, meaning: str) -> Column:
    return Column(name, "number", meaning, unit="probability", nullable=True, minimum=0, maximum=1)


GEOGRAPHY = text("geography", "Kind and vintage of the area, such as ward2011", pattern=SLUG)
AREA = text("area_code", "The publisher's code of the area", pattern=CODE)
AREA_NAME = text("area_name", "Name of the area; never used to join")
SEX = text("sex", "Sex, as the publisher records it", choices=EVERY_SEX)
SEX_APART = text("sex", "Sex, as the publisher records it", choices=SEXES)
MEASURE = text("measure", "Measure of the gap, as named in the study", pattern=SLUG)
PERIOD = (
    calendar("period_start", "First year of the window"),
    calendar("period_end", "Last year of the window"),
)
# Last day of a year, and the part of the year that lies in the calendar year before the one that it
# is called by: the year to 30 June 2024 has half of its days in 2023.
CALENDAR_YEAR = "12-31"
YEAR_LEADS = {CALENDAR_YEAR: 0.0, "06-30": 0.5}
YEAR_ENDS = text(
    "year_ends",
    "Last day of each year, month and day: 12-31 for calendar years, 06-30 for years to 30 June",
    choices=tuple(YEAR_LEADS),
)
PERIOD_ORDER = Check("period_order", "period_start <= period_end", "a window ends after it starts")


def interval(prefix: str = "") -> Check:
    low, high = f"{prefix}lower95_years", f"{prefix}upper95_years"
    return Check(f"{prefix}interval_order", f"{low} <= {high}", "the interval is in order")
