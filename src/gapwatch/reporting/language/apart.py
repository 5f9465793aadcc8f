"""Names that are written from right to left, set apart in what is written from left to right.

In a sentence, a row or a label of ours the number after such a name would be drawn on its other
side, next to another name. Unicode's isolates (UAX 9) keep each name to itself: browsers, the PDF's
compiler and the charts' text engine all obey them, and none draws them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

import pandas as pd

from gapwatch.reporting.language.texts import Rewriting, all_texts, named_texts

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


class Apart(Rewriting):
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


def apart(study: Any, tables: Mapping[str, pd.DataFrame], facts: Any) -> Apart | None:
    """What sets apart the names of a study and its tables; None where all is left to right."""
    told = chain(all_texts((study, facts)), named_texts(tables))
    names = {text for text in told if from_right(text)}
    return Apart(names) if names else None


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
