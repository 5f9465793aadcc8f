"""What a study file may cost to read, looked at before it is parsed: size, keys and depth."""

from __future__ import annotations

import re

MOST_BYTES = 1_000_000
MOST_PARTS = 16
"""Parts of a dotted key; the parser takes time with their square, and the deepest key has six."""
MOST_DEPTH = 32
"""Brackets inside brackets, and tables inside tables."""
MOST_KEYS = 100_000

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
# Starts where a name starts, so that a long name is looked at once and not from each letter.
_DOTTED = re.compile(rf"""(?<![A-Za-z0-9_"'.-]){_NAME}(?:[ \t]*\.[ \t]*{_NAME}){{{MOST_PARTS},}}""")
_STRINGS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^']|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*",
    re.DOTALL,
)


def fault(raw: bytes) -> tuple[str, str, str] | None:
    """What of a study file is beyond a limit: its place, what was expected, what was found."""
    if len(raw) > MOST_BYTES:
        return "the file", f"at most {MOST_BYTES:,} bytes", f"{len(raw):,} bytes"
    text = raw.decode("utf-8", "replace")
    bare = _STRINGS.sub(_blank, text)
    # Quoted names are blanked too, and then stand as an empty pair of quotes.
    dotted = _DOTTED.search(bare)
    if dotted is not None:
        line = bare.count("\n", 0, dotted.start()) + 1
        parts = dotted[0].count(".") + 1
        return f"line {line}", f"a key of at most {MOST_PARTS} parts", f"one of {parts:,}"
    keys = bare.count("=") + bare.count("[")
    if keys > MOST_KEYS:
        return "the file", f"at most {MOST_KEYS:,} keys and lists", f"{keys:,}"
    depth = 0
    for place in re.finditer(r"[\[\]{}]", bare):
        depth += 1 if place[0] in "[{" else -1
        if depth > MOST_DEPTH:
            line = bare.count("\n", 0, place.start()) + 1
            return f"line {line}", f"brackets at most {MOST_DEPTH} deep", "deeper ones"
    return None


def _blank(found: re.Match[str]) -> str:
    """A string without its content, so that a dot or a bracket in it is no key's; lines stay."""
    text = found[0]
    lines = "\n" * text.count("\n")
    return lines if text.startswith("#") else f'""{lines}'


def depth_of(content: object) -> int:
    """How deep tables and lists lie inside each other."""
    deepest, level = 0, [content]
    while level:
        deepest += 1
        level = [
            inner
            for item in level
            for inner in (item.values() if isinstance(item, dict) else item)
            if isinstance(inner, (dict, list))
        ]
    return deepest


def shown(value: object) -> str:
    """A value for an error, cut to what a reader can use; numbers of any length among them."""
    try:
        text = repr(value)
    except ValueError:  # Python prints no number of more than 4,300 digits
        return "a number of more than 4,300 digits"
    except RecursionError:
        return "tables too deep to show"
    return text if len(text) <= 200 else f"{text[:200]} ..."  # noqa: PLR2004
