"""A change of words that reaches every text of a report's parts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass, replace
from typing import Any, TypeVar

import pandas as pd
from pydantic import BaseModel

Value = TypeVar("Value")


class Rewriting(ABC):
    """Says each text in its own way, wherever it stands."""

    @abstractmethod
    def text(self, text: str) -> str:
        """The text in that way; the very same where nothing of it is said otherwise."""

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
            made = value.model_copy(update=self._all(parts(value)))
        elif is_dataclass(value) and not isinstance(value, type):
            made = replace(value, **self._all(parts(value)))
        return made

    def _frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        changed = {}
        for column in text_columns(frame):
            found = {one: self.text(one) for one in uniques(frame[column])}
            found = {old: new for old, new in found.items() if new != old}
            if found:
                changed[column] = frame[column].map(lambda one, to=found: to.get(one, one))
        return frame.assign(**changed) if changed else frame


def named_texts(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Every different text in the columns of names of some tables."""
    for frame in tables.values():
        for column in text_columns(frame):
            if column.endswith("name"):
                yield from uniques(frame[column])


def text_columns(frame: pd.DataFrame) -> list[str]:
    """Names of the columns that may hold text."""
    return [str(name) for name in frame.select_dtypes(include=["str", "object"]).columns]


def uniques(column: pd.Series) -> list[str]:
    """Every different text of a column."""
    return [one for one in column.dropna().unique() if isinstance(one, str)]


def all_texts(value: Any) -> Iterator[str]:
    """Every text in models, records and lists."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from all_texts(one)
    elif isinstance(value, Mapping):
        yield from all_texts(list(value.values()))
    elif isinstance(value, BaseModel) or (is_dataclass(value) and not isinstance(value, type)):
        yield from all_texts(parts(value))


def parts(value: Any) -> dict[str, Any]:
    """What a model or a record is made of, by name."""
    names = type(value).model_fields if isinstance(value, BaseModel) else map(_name, fields(value))
    return {name: getattr(value, name) for name in names}


def _name(field: Field[Any]) -> str:
    return field.name
