"""In which language, and with which words of a study, a report is being written.

What a number, a date or a kind of area looks like is asked in hundreds of places, far below where
the study is known. So the study's way of speaking is set once, around whatever writes for it, and
is asked for here. It follows from the study alone: nothing of the machine, and nothing of what was
written before, reaches it. Outside of any study it is British English.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import pandas as pd

from gapwatch.reporting.language.spelling import American
from gapwatch.reporting.language.texts import Rewriting, Value, all_texts, named_texts
from gapwatch.study import Study
from gapwatch.study.tongue import BRITISH, Tongue
from gapwatch.study.words import AreaWords, Words

_NONE = Words()


@dataclass(frozen=True)
class Speech:
    """A language, a study's words, the geography of its areas, and names that are spelled by
    others."""

    tongue: Tongue = BRITISH
    words: Words = _NONE
    own: str = ""
    names: tuple[str, ...] = ()

    def areas(self, geography: str) -> AreaWords | None:
        """What a study calls areas of a geography; None where it doesn't say."""
        return self.words.of(geography, self.own)

    @cached_property
    def spelling(self) -> Rewriting | None:
        """What respells texts; None where they are as they should be."""
        return American(self.names) if self.tongue.american else None


_BRITISH = Speech()
_SPOKEN: ContextVar[Speech] = ContextVar("speech", default=_BRITISH)


def spoken() -> Speech:
    """How the report that is being written speaks."""
    return _SPOKEN.get()


@contextmanager
def speaking(speech: Speech) -> Iterator[None]:
    """Have everything inside speak so."""
    token = _SPOKEN.set(speech)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def speech_of(
    study: Study, tables: Mapping[str, pd.DataFrame] | None = None, facts: Any = None
) -> Speech:
    """How a study's reports speak; `tables` and `facts` hold more names than the study does."""
    tongue = study.words.tongue
    names: tuple[str, ...] = ()
    if tongue.american:
        names = tuple(dict.fromkeys(chain(all_texts((study, facts)), named_texts(tables or {}))))
    return Speech(tongue, study.words, study.geography.vintage, names)


def respelled(value: Value) -> Value:
    """Texts in models, records and lists, as the language spells them."""
    spelling = spoken().spelling
    return value if spelling is None else spelling.all(value)
