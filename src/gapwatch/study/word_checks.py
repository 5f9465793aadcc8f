"""What [words] must be words for: kinds of areas, and places, that the study names elsewhere."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from gapwatch.study.model import Study

Problem = tuple[str, str, str, str]
"""Key, expected, found, remedy."""


def problem(study: Study, content: Mapping[str, Any]) -> Problem | None:
    """The first word for what isn't there; None where there is none. `content` is the file's."""
    rest = set(_names({key: part for key, part in content.items() if key != "words"}))
    levels = _stray(study.words.levels, rest)
    if levels:
        return _wrong("levels", levels, "a geography that the study names elsewhere", rest)
    known = study.geography.comparators
    places = _stray(study.words.places, known)
    if places:
        return _wrong("places", places, "a code of geography.comparators", known)
    return None


def _stray(told: Collection[str], known: Collection[str]) -> str:
    return next((name for name in told if name not in known), "")


def _wrong(key: str, name: str, expected: str, known: Collection[str]) -> Problem:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    remedy = f"did you mean {near[0]!r}?" if near else f"remove {name} from words.{key}"
    return f"words.{key}.{name}", expected, repr(name), remedy


def _names(value: Any) -> Iterator[str]:
    """Every key and every text of a part of the file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield key
            yield from _names(part)
    elif isinstance(value, list):
        for part in value:
            yield from _names(part)
