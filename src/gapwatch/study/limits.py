"""What a study file may cost to read, looked at before it is parsed: size, keys and depth."""

from __future__ import annotations

import re

MOST_BYTES = 1_000_000
MOST_PARTS = 16
"""Parts of a dotted key; the parser takes time with their square, and the deepest key has six."""
MOST_DEPTH = 32
"""Brackets inside brackets, and tables inside tables."""
MOST_KEYS = 100_000

_NAME = r"""(?:[A-Za-z0-9_-]++|"")"""
# Starts where a name starts, and gives nothing back, so that each letter is looked at once.
_DOTTED = re.compile(
    rf"""(?<![A-Za-z0-9_".-]){_NAME}(?:[ \t]*+\.[ \t]*+{_NAME}){{{MOST_PARTS},}}+"""
)
_OPENS = re.compile("""["'#]""")
# The rest of each string and comment; nothing is given back here either.
_ENDS = {
    '"""': re.compile(r'(?:[^"\\]++|\\.|"(?!""))*+"""', re.DOTALL),
    "'''": re.compile(r"(?:[^']++|'(?!''))*+'''"),
    '"': re.compile(r'(?:[^"\\\n]++|\\[^\n])*+["\n]'),
    "'": re.compile(r"[^'\n]*+['\n]"),
    "#": re.compile(r"[^\n]*+\n"),
}


def fault(raw: bytes) -> tuple[str, str, str] | None:
    """What of a study file is beyond a limit: its place, what was expected, what was found."""
    if len(raw) > MOST_BYTES:
        return "the file", f"at most {MOST_BYTES:,} bytes", "more"
    text = raw.decode("utf-8", "replace")
    bare = _without_strings(text)
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


def _without_strings(text: str) -> str:
    """The text with `""` for each string and nothing for a comment; lines stay as they are.

    A dot or a bracket in a string is no key's. Looks at each character once, whatever they are.
    """
    parts, at = [], 0
    while opens := _OPENS.search(text, at):
        start = opens.start()
        parts.append(text[at:start])
        mark = text[start : start + 3]
        mark = mark if mark in _ENDS else text[start]
        at = start + len(mark)
        end = _ENDS[mark].match(text, at)
        at = len(text) if end is None else end.end()
        if mark != "#":
            parts.append('""')
        parts.append("\n" * text.count("\n", start, at))
    return "".join((*parts, text[at:]))


def shown(value: object) -> str:
    """A value for an error, cut to what a reader can use; numbers of any length among them."""
    try:
        text = repr(value)
    except ValueError:  # Python prints no number of more than 4,300 digits
        return "a number of more than 4,300 digits"
    except RecursionError:
        return "tables too deep to show"
    return text if len(text) <= 200 else f"{text[:200]} ..."  # noqa: PLR2004
