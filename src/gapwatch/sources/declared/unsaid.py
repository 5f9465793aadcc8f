"""Columns of a file that its description doesn't name, and what they could say of the counts."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from gapwatch.errors import StudyError
from gapwatch.sources.declared.ages import UNITS, is_unit_column, unit_in_name
from gapwatch.sources.declared.cells import Value
from gapwatch.sources.declared.grid import refuse, refuse_plainly
from gapwatch.sources.declared.layout import (
    Layout,
    column,
    ignored_columns,
    name_of,
    named_one_by_one,
    plain,
)
from gapwatch.sources.declared.quick import Shape
from gapwatch.sources.declared.total_words import is_total
from gapwatch.sources.declared.withheld import COUNTS, is_flag, is_number, require_no_fault
from gapwatch.sources.vocabulary import parse_age
from gapwatch.study.sources import FileSource

_MOST_WORDS = 5000
_MOST_FLAGS = 500
_MIDDLE = 2
_HALF = 0.5
# Counts that are the sum of all others less often than this by chance are totals.
_SELDOM = 1e-4


def extra_columns(source: FileSource, layout: Layout) -> list[int]:
    """Columns that are added up over and that the table lacks, in the file's order."""
    told = {column(layout, name) for name in source.columns.values()}
    chosen = (*source.keep, *source.drop) if source.add_up else ()
    named = {column(layout, name) for name in (*source.over, *source.totals, *chosen)}
    return sorted(named - told)


@dataclass
class Unsaid:
    """What is noticed of the columns of one sheet, row by row."""

    source: FileSource
    layout: Layout
    shape: Shape
    has_age: bool
    has_counts: bool

    def __post_init__(self) -> None:
        names = (*named_one_by_one(self.source), *self.source.over)
        named = {column(self.layout, name) for name in names}
        unique = self.source.unique
        ids = set() if unique is None else {column(self.layout, unique)}
        described = set(self.shape.taken.values()) | {at for at, _ in self.shape.wide}
        width = range(len(self.layout.names))
        self._ignored = ignored_columns(self.source, self.layout)
        self._others = [at for at in width if at not in described | named | ids | self._ignored]
        # An id that says "Persons" is none either.
        self._quiet = sorted(self._ignored | ids)
        self._fixed_ages()
        aged = {"age", "age_start_years"} & {*self.shape.taken, *self.shape.fixed} or any(
            "age" in groups or "age_start_years" in groups for _, groups in self.shape.wide
        )
        told = "age_unit" in {*self.shape.taken, *self.shape.fixed}
        watched = self.has_age and aged and not told
        self._units: dict[int, set[str]] = (
            {at: set() for at in width if at not in described} if watched else {}
        )
        chosen = {column(self.layout, name) for name in (*self.source.keep, *self.source.drop)}
        for at in sorted(chosen & set(self._units)):
            # Rows of infants that are left out would be missing, or zero.
            if is_unit_column(self.layout.names[at]):
                self._refuse_units(at, "rows chosen by it")
        self._flags = {
            at: set[str]() for at in self._others if self.has_counts and not self.source.add_up
        }
        added = set(named) - {
            column(self.layout, name) for name, words in self.source.keep.items() if len(words) == 1
        }
        self._added = sorted(added - described) if self.source.add_up else []
        self._words: dict[int, set[str]] = {at: set() for at in self._added}
        self._totals = {column(self.layout, n): plain(w) for n, w in self.source.totals.items()}

    def _fixed_ages(self) -> None:
        """Refuse a column of ages whose name says a unit that the description doesn't."""
        told = {*self.shape.taken, *self.shape.fixed}
        for name in ("age", "age_start_years", "age_end_years"):
            at = self.shape.taken.get(name)
            unit = "" if at is None else unit_in_name(self.layout.names[at])
            if unit and "age_unit" not in told:
                refuse(
                    f"{self.layout.where}, header",
                    "ages in years, or the unit of ages",
                    f"the column {self.layout.names[at or 0]!r}",
                    f'describe it as age, with age_unit = "{unit}" among constants',
                )

    def require_named(self, row: int, cells: Sequence[str]) -> None:
        """Raise ValidationError for a column that rows are added up over without a word."""
        lacking = [at for at in self._others if self.layout.names[at] or cells[at]]
        if not lacking:
            return
        self.require_units()
        names = [name_of(self.layout, at) for at in lacking]
        name = names[0]
        refuse_plainly(
            f"{self.layout.where}, header"
            if self.layout.names[lacking[0]]
            else f"{self.layout.where}, row {row}, column {name!r}",
            "every column named, since rows are added up (add_up)",
            f"nothing of {', '.join(map(repr, names))}",
            f'say what each is: over = ["{name}"] where rows are added up over all its words; '
            f'totals = {{ "{name}" = "All" }} where one of its words, such as All, is the '
            f'total of the others; keep = {{ "{name}" = ["All"] }} to take the rows of one '
            f'word alone; unique = "{name}" for the id of each row; ignored = ["{name}"] '
            "where it says nothing of what is counted",
        )

    def watch_chunk(self, chunk: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Notice words that are units of age; a column with any other word is forgotten."""
        rows = chunk
        for at in list(self._units):
            words = self._units[at] | {cells[at] for _, cells in rows}
            is_named = is_unit_column(self.layout.names[at])
            if is_named or all(not word or word.casefold() in UNITS for word in words):
                self._units[at] = set(list(words)[:_MOST_WORDS])
            else:
                del self._units[at]
        for at in list(self._flags):
            new = {cells[at] for _, cells in rows} - self._flags[at]
            if any(is_flag(self.layout.names[at], word) for word in new):
                self._require_unflagged(at, rows)
            self._flags[at] |= new
            if len(self._flags[at]) > _MOST_FLAGS:
                del self._flags[at]

    def _require_unflagged(self, at: int, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Refuse a number beside a word that says that it is withheld."""
        counts = [i for name, i in self.shape.taken.items() if name in COUNTS]
        for number, cells in rows:
            if not is_flag(self.layout.names[at], cells[at]):
                continue
            if any(is_number(cells[i]) for i in (*counts, *(i for i, _ in self.shape.wide))):
                refuse(
                    f"{self.layout.where}, row {number}, column {name_of(self.layout, at)!r}",
                    "no number beside a word for withheld figures",
                    repr(cells[at]),
                    "take such a number for missing: name the column and the word in drop"
                    + (", and take sparse out of the source" if self.source.sparse else "")
                    + "; where the word says nothing of the count, name the column in ignored",
                )

    def watch_row(self, number: int, cells: Sequence[str]) -> None:
        """Notice a word for all, in a column that is added up over."""
        for at in self._added:
            word = cells[at]
            if word in self._words[at]:
                continue
            place = f"{self.layout.where}, row {number}, column {self.layout.names[at]!r}"
            require_no_fault(word, place)
            if len(self._words[at]) < _MOST_WORDS:
                self._words[at].add(word)
            if is_total(word) and word != self._totals.get(at):
                self.refuse_total(at, place, word)
        for at in self._quiet:
            if is_total(cells[at]) and self.source.add_up:
                place = f"{self.layout.where}, row {number}, column {name_of(self.layout, at)!r}"
                self.refuse_total(at, place, cells[at])

    def refuse_total(self, at: int, place: str, word: str) -> None:
        """Refuse a word that would be added to its own parts."""
        name = name_of(self.layout, at)
        refuse(
            place,
            "a part, since the column is added up over",
            f"{word!r}, a total",
            f"say so in totals, by the column {name!r} and that word, and take the column out "
            "of over, ignored and unique; where the file holds no other word there, name both "
            "in keep; or leave such rows out by drop",
        )

    def require(self) -> None:
        """Raise ValidationError for units of age that aren't described, and ages that overlap."""
        self.require_units()
        self._require_bands()

    def require_units(self) -> None:
        """Raise ValidationError for units of age that the description doesn't name."""
        for at, words in self._units.items():
            units = {UNITS.get(word.casefold(), "") for word in words if word}
            name = name_of(self.layout, at)
            short = all(len(word) <= 1 for word in words)
            certain = is_unit_column(name) or not short or ("years" in units and len(units) > 1)
            if certain and units - {"years"}:
                self._refuse_units(at, ", ".join(sorted(map(repr, filter(None, words)))[:5]))

    def _refuse_units(self, at: int, found: str) -> NoReturn:
        name = name_of(self.layout, at)
        refuse(
            f"{self.layout.where}, column {name!r}",
            "the unit of ages described, or years alone",
            found,
            f'add age_unit = "{name}" to columns, beside age, and take it out of ignored, '
            "over, unique, keep and drop; where its words are codes, say in values.age_unit which "
            "of years, months, weeks, days and hours each stands for",
        )

    def _require_bands(self) -> None:
        for at in self._added:
            parts = self._words[at] - {self._totals.get(at, "")}
            if overlap := _overlap(parts):
                refuse(
                    f"{self.layout.where}, column {name_of(self.layout, at)!r}",
                    "bands of ages that don't overlap, since they are added up",
                    f"{overlap[0]!r} and {overlap[1]!r}",
                    "leave the broader ones out by drop, or choose by keep",
                )


def _overlap(words: set[str]) -> tuple[str, str] | None:
    """Two bands of ages that share an age; None where there are none, or other words as well."""
    bands: list[tuple[int, float, str]] = []
    for word in sorted(filter(None, words)):
        try:
            band = parse_age(word)
        except ValueError:
            return None
        if band is not None:
            bands.append((band[0], float("inf") if band[1] is None else band[1], word))
    bands.sort()
    # A column of numbers may be anything; bands are ages.
    if all(first == last for first, last, _ in bands):
        return None
    for (_, last, one), (start, _, other) in itertools.pairwise(bands):
        if start <= last:
            return one, other
    return None


@dataclass
class SumsByWord:
    """Counts by key and by word of each column that is added up over, to find totals by number."""

    _sums: dict[int, dict[tuple[Value, ...], dict[str, float]]] = field(default_factory=dict)

    def take(self, key: tuple[Value, ...], words: Mapping[int, str], count: float) -> None:
        """Add one row's count, by the word of each column and what stands in the others."""
        for at, word in words.items():
            beside = (*key, *(other for i, other in words.items() if i != at))
            held = self._sums.setdefault(at, {}).setdefault(beside, {})
            held[word] = held.get(word, 0.0) + count

    def totals(self) -> dict[int, str]:
        """Words whose counts are the sum of all others wherever they stand, by column."""
        found: dict[int, str] = {}
        for at, by_key in self._sums.items():
            keys = [held for held in by_key.values() if len(held) > _MIDDLE]
            for word in sorted({word for held in keys for word in held}):
                told = [held for held in keys if word in held]
                same = all(abs(sum(held.values()) - 2 * held[word]) < _HALF for held in told)
                # Two sums that have nothing to do with each other are the same this seldom.
                chance = sum(-math.log(max(1.0, 2.5 * math.sqrt(held[word]))) for held in told)
                if same and chance < math.log(_SELDOM):
                    found[at] = word
        return found


def require_apart(source: FileSource, table: str) -> None:
    """Raise StudyError for a column that is described twice, or that only age can have."""
    columns = {plain(name) for name in source.columns.values()}
    kinds = {
        "over": source.over,
        "ignored": source.ignored,
        "unique": () if source.unique is None else (source.unique,),
    }
    for kind in ("over", "ignored"):
        others = (
            columns
            | {plain(n) for other, names in kinds.items() if other != kind for n in names}
            | {plain(n) for n in source.totals}
        )
        twice = sorted(others & {plain(name) for name in kinds[kind]})
        if twice:
            raise StudyError(
                f"sources, {source.id}, {kind}",
                expected="each column described once",
                found=f"{', '.join(twice)} again",
                remedy=f"take it out of {kind}",
            )
    given = {*source.columns, *source.constants}
    if "age_unit" in given and "age" not in given and source.wide is None:
        raise StudyError(
            f"sources, {source.id}",
            expected=f"age beside age_unit, for {table}",
            found="age_unit alone",
            remedy="describe the column of ages as age",
        )
