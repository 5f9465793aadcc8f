"""Many rows at once: each different word of a column is read once, instead of once a row.

It reads what is in order. Whatever isn't is left to the reader of single rows, which knows the
words of every refusal and the row that it is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gapwatch.errors import GapwatchError
from gapwatch.sources.declared.cells import CellPlace, Reader, Value

MOST_ROWS = 20_000
Record = tuple[int, list[str]]
Columns = dict[str, list[Value]]
Read = tuple[list[int], Columns]


@dataclass(frozen=True)
class Shape:
    """Where the contract's columns are.

    `taken` by place in a row, `fixed` by their words; `wide` the places of the columns that unfold,
    with the words of their groups.
    """

    taken: Mapping[str, int]
    fixed: Mapping[str, str]
    wide: Sequence[tuple[int, Mapping[str, str]]]

    @property
    def is_even(self) -> bool:
        """Whether every column that unfolds has words for the same groups."""
        return len({frozenset(groups) for _, groups in self.wide}) <= 1


def chunks(records: Iterator[Record]) -> Iterator[list[Record]]:
    """Rows in pieces; those before a refused one come first, as they would one by one."""
    chunk: list[Record] = []
    try:
        for record in records:
            chunk.append(record)
            if len(chunk) == MOST_ROWS:
                yield chunk
                chunk = []
    except GapwatchError:
        if chunk:
            yield chunk
        raise
    if chunk:
        yield chunk


def read(reader: Reader, shape: Shape, chunk: list[Record]) -> Read | None:
    """Numbers of rows and columns of values; None where the rows must be read one by one."""
    words, numbers = _words(shape, chunk)
    place = CellPlace("", 0)
    try:
        if "value" in words and "measure" in words:
            targets = {reader.target(word, place) for word in set(words.pop("measure"))}
            if len(targets) != 1:
                return None
            words[targets.pop()] = words.pop("value")
        columns: Columns = {}
        for name, column in words.items():
            known = {word: reader.read(name, word, place) for word in set(column)}
            filled = {tuple(values) for values in known.values()}
            if len(filled) != 1:
                return None
            for field in filled.pop():
                values = {word: meant[field] for word, meant in known.items()}
                columns[field] = [values[word] for word in column]
    except GapwatchError:
        return None
    return numbers, columns


def _words(shape: Shape, chunk: list[Record]) -> tuple[dict[str, list[str]], list[int]]:
    """The words of every column, a row's unfolded cells one after another, and their numbers."""
    each = range(len(shape.wide) or 1)
    words = {
        name: [cells[at] for _, cells in chunk for _ in each] for name, at in shape.taken.items()
    }
    numbers = [number for number, _ in chunk for _ in each]
    words |= {name: [word] * len(numbers) for name, word in shape.fixed.items()}
    for group in {name for _, groups in shape.wide for name in groups}:
        words[group] = [groups[group] for _, groups in shape.wide] * len(chunk)
    if shape.wide:
        words["value"] = [cells[at] for _, cells in chunk for at, _ in shape.wide]
    return words, numbers
