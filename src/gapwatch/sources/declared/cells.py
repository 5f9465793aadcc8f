"""From a cell's words to the contract's values: maps, numbers, periods, sexes, ages, units."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from gapwatch.contracts import CODE, LIFE_EXPECTANCY, PERSONS, SEXES, Column, Table
from gapwatch.errors import StudyError, UnfitError
from gapwatch.sources.declared import faults
from gapwatch.sources.declared.ages import in_years
from gapwatch.sources.declared.grid import refuse
from gapwatch.sources.declared.layout import plain
from gapwatch.sources.declared.numbers import NumberError, number
from gapwatch.sources.declared.total_words import is_total
from gapwatch.sources.vocabulary import (
    is_persons,
    parse_age,
    parse_date,
    parse_day,
    parse_month,
    parse_period,
    parse_sex,
)
from gapwatch.study.extracts import ESTIMATED
from gapwatch.study.sources import FileSource

Value = str | float | int | None
PSEUDO = ("age", "age_unit", "date", "measure", "period", "value")
# An empty cause in the contract stands for all causes, so a blank in a file of causes isn't that.
NOT_STATED = "not stated"
# A register needn't say all of each initiative: a blank is what isn't stated.
BLANKS_TELL = ("initiative", "voice")
NO_DATA = "correct the file; leave rows that are no data, such as notes, out by drop"
MAP = "map the word in values; leave its rows out by drop where they are totals, notes or no data"
_RANGE = re.compile(
    r"(?:[<>≤≥~]=?|under|below|over|above|up to|(?:less|fewer|more) than|at (?:least|most)) ?[0-9]+"
    r"|[0-9]+ ?(?:-|–|to) ?[0-9]+|[0-9]+ ?(?:\+|or (?:fewer|less|more))",
    re.IGNORECASE,
)
_NEAR_WHOLE = 1e-6
# The column that says of what kind of area a code is.
_KIND_OF = {
    "area_code": "geography",
    "from_code": "from_geography",
    "to_code": "to_geography",
}
# Words come again and again; so many different ones are numbers, and not worth their room.
_REMEMBERED = 200_000


@dataclass
class CellPlace:
    """A cell's place in the file; its words are only made for an error."""

    where: str
    row: int
    column: str = ""

    def __str__(self) -> str:
        return f"{self.where}, row {self.row}, column {self.column!r}"


class Reader:
    """Turns the words of one source into values of its table's columns."""

    def __init__(self, source: FileSource, table: Table) -> None:
        self._source = source
        self._table = table
        self._columns = {column.name: column for column in table.columns}
        self._missing = {plain(word) for word in source.missing}
        self._maps = {
            name: {plain(k): v for k, v in words.items()} for name, words in source.values.items()
        }
        self._keeps_ages = _begin_with_own(self._maps.get("age", {}))
        # Deaths and residents are counted by sex, whatever figures are published.
        self._sexes = source.sexes if table.name == LIFE_EXPECTANCY.name else SEXES
        self._known: dict[tuple[str, str], Mapping[str, Value]] = {}
        self._targets: dict[str, str] = {}

    def read(self, name: str, text: str, where: CellPlace) -> Mapping[str, Value]:
        """What a cell of a contract or pseudo column fills; ValidationError names `where`."""
        known = self._known.get((name, text))
        if known is None:
            known = self._read(name, text, where)
            if len(self._known) < _REMEMBERED:
                self._known[name, text] = known
        return known

    def target(self, text: str, where: CellPlace) -> str:
        """The contract column that a word of `measure` stands for."""
        if text not in self._targets:
            name = self._mapped("measure", text, where)
            if name not in self._columns or not measured(self._columns[name]):
                self._unknown(where, name)
            require_units(self._source, self._table, {name})
            self._targets[text] = name
        return self._targets[text]

    def aged(self, age: str, unit: str, where: CellPlace) -> Mapping[str, Value]:
        """What an age fills that has its unit beside it; ValidationError names `where`."""
        if age in self._missing or faults.is_error(age):
            return self.read("age", age, where)
        known = self._known.get((f"age in {unit}", age))
        if known is None:
            word = self._mapped("age", age, where)
            try:
                years = in_years(word, self._mapped("age_unit", unit, where))
                known = self._worded("age", years, where)
            except UnfitError as error:
                refuse(
                    str(where),
                    error.expected,
                    error.found,
                    "map the words of the unit in values.age_unit, and those of ages in values.age",
                )
            self._known[f"age in {unit}", age] = known
        return known

    def _read(self, name: str, text: str, where: CellPlace) -> Mapping[str, Value]:
        if text in self._missing and text not in self._maps.get(name, {}):
            column = self._columns.get(name)
            if column is not None and (measured(column) or (column.nullable and not text)):
                return {name: None}
            # Among numbers a blank says something of its own, as for the last age of an open band.
            if column is not None and column.nullable and column.kind == "text":
                return {name: None}
            if name == "cause" and not text:
                return {name: NOT_STATED}
            if column is not None and self._table.name in BLANKS_TELL and column.may_be_empty:
                return {name: ""}
            found = f"the mark {text!r}" if text else "a blank"
            refuse(str(where), f"a value for {name}", found, NO_DATA)
        if faults.is_error(text):
            found, remedy = faults.told(text)
            refuse(str(where), f"a value for {name}", found, remedy)
        word = self._mapped(name, text, where)
        try:
            return self._worded(name, word, where)
        except UnfitError as error:
            remedy = getattr(error, "remedy", "") or self._remedy(name, word)
            refuse(str(where), error.expected, error.found, remedy)

    def _mapped(self, name: str, text: str, where: CellPlace) -> str:
        if name not in self._maps:
            return text
        if text not in self._maps[name]:
            if name in self._columns and measured(self._columns[name]):
                return text
            if name == "age" and self._keeps_ages:
                return text
            remedy = (faults.of_age(text) if name == "age" else "") or MAP
            refuse(str(where), f"one of the words that values maps for {name}", repr(text), remedy)
        return self._maps[name][text]

    def _worded(self, name: str, word: str, where: CellPlace) -> Mapping[str, Value]:
        if name == "period" and name not in self._columns:
            return self._period(word)
        if name == "date":
            year, month = parse_date(word, self._source.dates or "")
            return {"year": year, "month": month}
        if name == "month":
            return {name: parse_month(word)}
        if name == "age":
            band = parse_age(word)
            if band is None:
                raise UnfitError("an age or a band of ages", f"{word!r}, which is all of them")
            return {"age_start_years": band[0], "age_end_years": band[1]}
        column = self._columns[name]
        if name == "sex":
            return {name: self._sex(column, word)}
        if name == "cause" and word and is_total(word):
            raise UnfitError("a cause, or a blank for all of them", f"{word!r}, a total")
        if name in ("starts_on", "ends_on"):
            word = parse_day(word, self._source.dates)
        value = word if column.kind == "text" else self._number(column, word)
        self._require_code(column, value, where)
        check(column, value, where)
        return {name: value}

    def _sex(self, column: Column, word: str) -> str:
        """A sex that the table has, and for published figures the study too."""
        sex = parse_sex(word) or (PERSONS if is_persons(word) else "")
        known = [one for one in column.choices if one in self._sexes]
        if sex not in known:
            raise UnfitError(" or ".join(known), f"{word!r}")
        return sex

    def _require_code(self, column: Column, code: Value, where: CellPlace) -> None:
        """Refuse a code that no area of its kind can have."""
        if column.pattern != CODE or not isinstance(code, str):
            return
        kind = self._source.constants.get(_KIND_OF.get(column.name, ""))
        forms = self._source.area_codes
        if not forms.fits(code, kind):
            form = forms.any_form if kind is None else forms.of(kind)
            expected = f"{column.name} of the form {form}"
            refuse(str(where), expected, repr(code), _note_remedy(form, where))

    def _period(self, word: str) -> Mapping[str, Value]:
        first, last = parse_period(word)
        if "period_start" in self._columns:
            return {"period_start": first, "period_end": last}
        if first != last:
            raise UnfitError("one calendar year", f"{word!r}")
        return {"year": first}

    def _number(self, column: Column, word: str) -> float | int:
        stated = self._stated(column, word)
        value = stated * self._source.factors.get(column.name, 1.0)
        if column.kind == "number" and (column.unit != "persons" or self._source.estimates):
            return value
        # A count such as 1.000 may be a thousand; a factor that is too small leaves none of it.
        unclear = column.unit == "persons" and word.endswith(f"{self._source.decimal or '.'}000")
        lost = bool(stated) and not round(value)
        if abs(value - round(value)) > _NEAR_WHOLE or unclear or lost:
            raise UnfitError("a whole number", f"{word!r}")
        return round(value) if column.kind == "integer" else float(round(value))

    def _stated(self, column: Column, word: str) -> float:
        """The number as it stands in the file."""
        try:
            return number(word, self._source)
        except NumberError as error:
            if error.remedy:
                raise
            kind = "a count of persons" if column.unit == "persons" else "a number"
            ranged = ", which is a range and no count" if _RANGE.fullmatch(word) else ""
            raise UnfitError(kind, f"{word!r}{ranged}") from error

    def _is_number(self, word: str) -> bool:
        try:
            number(word, self._source)
        except NumberError:
            return False
        return True

    def _unknown(self, where: CellPlace, name: str) -> NoReturn:
        raise StudyError(
            f"sources, {self._source.id}, {where}",
            expected=f"a quantity of {self._table.name}",
            found=repr(name),
            remedy=f"its columns are {', '.join(self._table.names)}",
        )

    def _remedy(self, name: str, word: str) -> str:
        if name == "sex" and word in ("1", "2"):
            return (
                "say what the codes stand for, once the file's notes say it: "
                'values.sex = { "1" = "male", "2" = "female" }'
            )
        column = self._columns.get(name)
        if column is None or not measured(column):
            return (faults.of_age(word) if name == "age" else "") or MAP
        if not self._is_number(word):
            return faults.of_number(word) or faults.of_withheld(
                self._source, nullable=column.nullable
            )
        if column.kind == "number" and self._source.table in ESTIMATED:
            return (
                "describe the column of counts, not one of rates or shares; where the source says "
                "that its counts are estimates, set estimates = true"
            )
        return (
            "describe the column of whole counts, not one of rates, shares or estimates; where a "
            "point groups thousands, save the file with plain numbers"
        )


def _begin_with_own(ages: Mapping[str, str]) -> bool:
    """Whether each word that is mapped to a band holds the band's first age: it is no code."""
    for word, meant in ages.items():
        try:
            band = parse_age(meant)
        except ValueError:
            return False
        if band is None or re.findall("[0-9]+", word)[:1] != [str(band[0])]:
            return False
    return bool(ages)


def _note_remedy(pattern: str, where: CellPlace) -> str:
    """Below a table notes stand where codes stood."""
    return (
        "correct the cell; where the row is a note or another kind of area, choose the rows: "
        f"keep_pattern = {{ \"{where.column}\" = '{pattern}' }}"
    )


def measured(column: Column) -> bool:
    """Whether a column is a measured quantity, whose unit a source must state."""
    return bool(column.unit) and (column.kind == "number" or column.unit == "persons")


def check(column: Column, value: Value, where: CellPlace) -> None:
    """Raise ValidationError for a value outside the contract, at its place in the file."""
    if isinstance(value, str):
        fits = bool(value) or column.may_be_empty
        fits = fits and (not column.pattern or re.fullmatch(column.pattern, value) is not None)
        fits = fits and (not column.choices or value in column.choices)
        form = column.pattern or ", ".join(column.choices) or "some text"
        if not fits:
            refuse(str(where), f"{column.name} of the form {form}", repr(value))
    elif value is not None:
        low = -math.inf if column.minimum is None else column.minimum
        high = math.inf if column.maximum is None else column.maximum
        if not low <= value <= high or not math.isfinite(value):
            refuse(str(where), f"{column.name} from {low:g} to {high:g}", f"{value:g}")


def require_units(source: FileSource, table: Table, filled: set[str]) -> None:
    """Raise StudyError unless every measured column that is filled states a unit that fits.

    Without a factor the file's unit is the contract's; with one it is another.
    """
    for column in table.columns:
        if column.name not in filled or not measured(column):
            continue
        stated = source.units.get(column.name)
        turned = source.factors.get(column.name, 1.0) != 1.0
        if stated is None or (stated == column.unit) == turned:
            told = f"{stated} {'with' if turned else 'without'} one"
            raise StudyError(
                f"sources, {source.id}, units, {column.name}",
                expected=f"the file's unit: {column.unit}, or another with a factor",
                found="none" if stated is None else told,
                remedy="look the unit up in the file; state it in units, and its factor in factors",
            )
