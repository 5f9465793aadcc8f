"""Names that are written from right to left, set apart in what is written from left to right.

In a sentence, a row or a label of ours the number after such a name would be drawn on its other
side, next to another name. Unicode's isolates (UAX 9) keep each name to itself: browsers, the PDF's
compiler and the charts' text engine all obey them, and none draws them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import Field, fields, is_dataclass, replace
from typing import Any, TypeVar

import pandas as pd
from pydantic import BaseModel

Value = TypeVar("Value")
START, END = "\u2067", "\u2069"
"""From here right to left, and back: RIGHT-TO-LEFT ISOLATE, POP DIRECTIONAL ISOLATE."""
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_FROM_RIGHT = frozenset({"R", "AL"})
# The blocks of scripts that are written from right to left, and what joins words of one name: a
# comma or a number between two of them ends the first.
_LETTER = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
_RUN = f"{_LETTER}+(?:[ \u00a0\u200c\u200d.'’\u2010-\u2015-]+{_LETTER}+)*"


def from_right(text: str) -> bool:
    """Whether any of it is written from right to left."""
    return any(unicodedata.bidirectional(mark) in _FROM_RIGHT for mark in _NOT_ASCII.findall(text))


def _is_one(text: str) -> bool:
    """Whether all letters of it are written from right to left, so that it is one name."""
    return from_right(text) and all(unicodedata.bidirectional(mark) != "L" for mark in text)


class Apart:
    """Sets apart whatever names a report was given, wherever they stand in a text.

    `names` are texts that stay whole where no letter of theirs runs the other way, such as a name
    with a number in it. Any other run from one such letter to the last is an isolate too.
    """

    def __init__(self, names: Iterable[str]) -> None:
        known = sorted({name for name in names if _is_one(name)}, key=lambda n: (-len(n), n))
        self._known = re.compile("|".join([*map(re.escape, known), _RUN]))

    def text(self, text: str) -> str:
        """The text with each such name set apart; the very same where it holds none."""
        if text.isascii() or not from_right(text):
            return text
        return self._known.sub(lambda found: f"{START}{found.group()}{END}", text)

    def all(self, value: Value) -> Value:
        """Every text in models, records, lists and tables."""
        return self._all(value)  # type: ignore[no-any-return]

    def _all(self, value: Any) -> Any:
        made = value
        if isinstance(value, str):
            made = self.text(value)
        elif isinstance(value, tuple | list):
            made = type(value)(map(self._all, value))
        elif isinstance(value, Mapping):
            made = {key: self._all(one) for key, one in value.items()}
        elif isinstance(value, pd.DataFrame):
            made = self._frame(value)
        elif isinstance(value, BaseModel):
            made = value.model_copy(update=self._all(_parts(value)))
        elif is_dataclass(value) and not isinstance(value, type):
            made = replace(value, **self._all(_parts(value)))
        return made

    def _frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        changed = {}
        for column in _texts(frame):
            found = {one: self.text(one) for one in _uniques(frame[column])}
            found = {old: new for old, new in found.items() if new != old}
            if found:
                changed[column] = frame[column].map(lambda one, to=found: to.get(one, one))
        return frame.assign(**changed) if changed else frame


def apart(study: Any, tables: Mapping[str, pd.DataFrame], facts: Any) -> Apart | None:
    """What sets apart the names of a study and its tables; None where all is left to right."""
    names = {text for text in _all_texts((study, facts)) if from_right(text)}
    for frame in tables.values():
        for column in _texts(frame):
            if column.endswith("name"):
                names |= {one for one in _uniques(frame[column]) if from_right(one)}
    return Apart(names) if names else None


def _texts(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame.select_dtypes(include=["str", "object"]).columns]


def _uniques(column: pd.Series) -> list[str]:
    return [one for one in column.dropna().unique() if isinstance(one, str)]


def _all_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _all_texts(one)
    elif isinstance(value, Mapping):
        yield from _all_texts(list(value.values()))
    elif isinstance(value, BaseModel) or (is_dataclass(value) and not isinstance(value, type)):
        yield from _all_texts(_parts(value))


def _parts(value: Any) -> dict[str, Any]:
    """What a model or a record is made of, by name."""
    names = type(value).model_fields if isinstance(value, BaseModel) else map(_name, fields(value))
    return {name: getattr(value, name) for name in names}


def _name(field: Field[Any]) -> str:
    return field.name


def mended(lines: list[str]) -> list[str]:
    """Lines of one text, where an isolate that a break cuts is one on either side of it."""
    made, still = [], ""
    for line in lines:
        held, now = still, f"{still}{line}"
        for mark in line:
            held = "" if mark == END else mark if mark == START else held
        made.append(f"{now}{END}" if held else now)
        still = held
    return made
