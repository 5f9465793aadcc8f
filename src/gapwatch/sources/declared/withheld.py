"""Three states of a count: a number, withheld by its publisher, not there. None becomes another."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gapwatch.contracts import Table
from gapwatch.errors import GapwatchError, StudyError
from gapwatch.sources.declared import faults
from gapwatch.sources.declared.cells import CellPlace, Reader, Value, measured
from gapwatch.sources.declared.grid import refuse
from gapwatch.sources.declared.layout import Layout, plain
from gapwatch.sources.declared.quick import Shape
from gapwatch.study.sources import FileSource

_NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
# Words that mean a count of none, and nothing else.
_NONE = ("nil", "none", "zero")
_MARK = re.compile(
    r"[*:.~–—-]{1,3}|\[[a-z]{1,4}\]|low|"
    r".*\b(?:suppress|withheld|withhold|disclos|confidential|redact|unavailable|not available).*",
    re.IGNORECASE,
)
# In a column of its own a word must be plainer: letters in brackets may mean provisional, too.
_FLAG = re.compile(
    r"\[(?:c|x|w|low)\]|(?!not? ).*\b(?:suppress|withheld|withhold|confidential|redacted).*",
    re.IGNORECASE,
)
_SHORT_FLAG = re.compile(r"[csxw*]", re.IGNORECASE)
_FLAGS = re.compile(r"flag|status|\bnotes?\b|marker|suppress|symbol|disclos", re.IGNORECASE)
COUNTS = ("deaths_persons", "population_persons", "life_expectancy_years", "value")


def is_mark(word: str) -> bool:
    """Whether a word is one by which publishers say that they withhold a figure."""
    return _MARK.fullmatch(word) is not None


def is_flag(column: str, word: str) -> bool:
    """Whether a word of a column beside the counts says that a count is withheld."""
    if _FLAG.fullmatch(word) is not None:
        return True
    return _SHORT_FLAG.fullmatch(word) is not None and _FLAGS.search(column) is not None


def is_number(word: str) -> bool:
    """Whether a cell holds a number that isn't negative, as counts are written."""
    return _NUMBER.fullmatch(word) is not None


def require_kept_apart(source: FileSource, table: Table) -> None:
    """Raise StudyError for a description that would turn a mark into a number, or lose it."""
    quantities = {column.name: column for column in table.columns if measured(column)}
    for name, column in quantities.items():
        for word, turned in source.values.get(name, {}).items():
            said = plain(word)
            same = _NUMBER.fullmatch(said) and said.replace(",", "") == plain(turned)
            none = said.lower() in _NONE and plain(turned) == "0"
            if not (same or none):
                raise StudyError(
                    f"sources, {source.id}, values, {name}",
                    expected="numbers as they stand in the file: values can't change them",
                    found=f"{word!r} mapped to {turned!r}",
                    remedy="take it out of values; "
                    + faults.of_withheld(source, nullable=column.nullable),
                )
    if not (source.sparse or source.add_up):
        return
    described = set(source.columns.values())
    counts = {file for name, file in source.columns.items() if name in {*quantities, "value"}}
    for kind, chosen in (("keep", source.keep), ("drop", source.drop)):
        for name, words in chosen.items():
            wide = source.wide is not None and re.fullmatch(source.wide, name) is not None
            marks = name not in described and any(map(is_mark, map(plain, words)))
            if name in counts or wide or (kind == "drop" and marks):
                how = "sparse" if source.sparse else "add_up"
                raise StudyError(
                    f"sources, {source.id}, {kind}",
                    found=f"{name!r}: {', '.join(words)}",
                    expected=f"no choice of rows by their count or its mark, beside {how}: "
                    "a count that is left out would be taken for zero",
                    remedy=f"take {name!r} out of {kind}; "
                    + faults.of_withheld(source, nullable=False),
                )


def require_no_fault(word: str, where: str) -> None:
    """Raise ValidationError for a cell of which rows are chosen or told apart, and which failed."""
    if faults.is_error(word):
        found, do = faults.told(word)
        refuse(where, "a word or a number", found, do)


@dataclass
class LeftOutRows:
    """Rows left out of a sparse file by `keep` and `drop` whose count is withheld.

    Such a row may be of an area, a sex or an age that isn't asked for. Where it is of a block, sex
    and year that the file does tell, and no other row has its key, it would be taken for zero.
    """

    source: FileSource
    table: Table
    reader: Reader
    _held: dict[tuple[Value, ...], str] = field(default_factory=dict)

    def take(self, layout: Layout, shape: Shape, number: int, cells: Sequence[str]) -> None:
        """Look at a row that is left out."""
        for name in (*self.source.keep, *self.source.drop):
            for at, found in enumerate(layout.names):
                if found == plain(name):
                    require_no_fault(cells[at], f"{layout.where}, row {number}, column {name!r}")
        if not self.source.sparse:
            return
        told = [at for name, at in shape.taken.items() if name in ("deaths_persons", "value")]
        place = CellPlace(layout.where, number)
        for at, groups in shape.wide or [(at, {}) for at in told]:
            withheld = bool(cells[at]) or any(map(is_mark, filter(None, cells)))
            if not withheld or _NUMBER.fullmatch(cells[at]):
                continue
            words = {name: cells[i] for name, i in shape.taken.items() if i not in told}
            key = self._key({**words, **shape.fixed, **groups}, place)
            if key is not None:
                self._held.setdefault(key, f"{layout.where}, row {number}")

    def _key(self, words: Mapping[str, str], place: CellPlace) -> tuple[Value, ...] | None:
        """The key of a row; None for a row of totals, or of something else than the table."""
        fields: dict[str, Value] = {}
        for name, word in words.items():
            if name not in ("measure", "value", "deaths_persons", "age_unit"):
                try:
                    fields |= self.reader.read(name, word, place)
                except GapwatchError:
                    return None
        return tuple(fields.get(name) or "" for name in self.table.key)

    def require(self, keys: set[tuple[Value, ...]]) -> None:
        """Raise ValidationError for a row that was left out and would be a zero."""
        if not self._held:
            return
        at = [self.table.key.index(name) for name in ("geography", "area_code", "sex", "year")]
        told = {tuple(key[i] for i in at) for key in keys}
        for key, place in self._held.items():
            if key not in keys and tuple(key[i] for i in at) in told:
                refuse(
                    place,
                    "no withheld count left out of a sparse file by keep or drop, where "
                    "it would be taken for zero",
                    "one",
                    faults.of_withheld(self.source, nullable=False),
                )
