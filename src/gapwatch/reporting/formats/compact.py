"""Drawings in fewer bytes: steps instead of places, and what is drawn often said once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from itertools import groupby
from xml.etree import ElementTree as ET

_COMMAND = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")
# Opacity of a group isn't that of each path in it.
_OF_A_GROUP = re.compile(r"(?<![\w-])opacity")
# The letters of a line, which are measured in its own size.
_LETTERS = re.compile(r'(?<=>)(?:<use href="#[^"]+"(?: x="[^"]+")?/>){3,}(?=</g>)')
SHARED = ("clip-path", "style")

Point = tuple[int, int]


@lru_cache(512)  # letters and markers come again in every chart; outlines of areas don't
def stepped(outline: str) -> str:
    """The data of a path, of straight lines alone, each end told from the one before.

    Ends are kept to a hundredth, and steps are between ends so rounded: no error adds up. Curves,
    and what isn't data of a path, are left as they are.
    """
    commands = _COMMAND.findall(outline)
    if "".join(letter + rest for letter, rest in commands) != outline:
        return outline
    told, at, begun, before = [], (0, 0), (0, 0), ""
    for letter, rest in commands:
        if letter in "zZ":
            told.append("z")
            at, before = begun, "z"
            continue
        numbers = _NUMBER.findall(rest)
        if letter not in "ML" or len(numbers) != 2:  # noqa: PLR2004 - across and down
            return outline
        end = (round(100 * float(numbers[0])), round(100 * float(numbers[1])))
        step, before = _step(letter, at, end, before)
        told.append(step)
        at = end
        begun = end if letter == "M" else begun
    return "".join(told)


def _step(letter: str, at: Point, end: Point, before: str) -> tuple[str, str]:
    """A step as text, and its command: not repeated where the one before was the same."""
    across, down = end[0] - at[0], end[1] - at[1]
    if letter == "M":
        command, parts = "m", [across, down]
    elif not down:
        command, parts = "h", [across]
    elif not across:
        command, parts = "v", [down]
    else:
        command, parts = "l", [across, down]
    text = _joined(parts)
    if command != before or command == "m":
        return command + text, command
    return (text if text.startswith("-") else f" {text}"), command


def _joined(parts: Iterable[int]) -> str:
    """Hundredths as numbers; a minus sign parts two of them as a blank does."""
    told = ""
    for part in parts:
        text = _hundredths(part)
        told += text if not told or text.startswith("-") else f" {text}"
    return told


def _hundredths(value: int) -> str:
    whole, rest = divmod(abs(value), 100)
    sign = "-" if value < 0 else ""
    part = f".{rest:02}".rstrip("0") if rest else ""
    return f"{sign}{whole or '' if part else whole}{part}"


def gathered(
    children: Iterable[ET.Element],
    written: Callable[[ET.Element, tuple[str, ...]], str],
    group: Callable[[str, str, str], str],
) -> str:
    """Elements as text, in their order: what paths beside each other share is said of a group.

    `written` writes an element without the attributes named to it; `group` writes a group from the
    name and the value of its attribute, and from what it holds.
    """

    def texts(held: Iterable[ET.Element], keys: Sequence[str], said: tuple[str, ...]) -> str:
        if not keys:
            return "".join(written(one, said) for one in held)
        key, *rest = keys
        told = ""
        for value, found in groupby(held, key=partial(_shared, key)):
            run = list(found)
            if value and len(run) > 1:
                told += group(key, value, texts(run, rest, (*said, key)))
            else:
                told += texts(run, rest, said)
        return told

    return texts(children, SHARED, ())


def _shared(key: str, one: ET.Element) -> str:
    """What a path has of an attribute that a group can say for it; "" where it has nothing such."""
    if one.tag.rpartition("}")[2] != "path" or _OF_A_GROUP.search(one.get("style", "")):
        return ""
    return one.get(key, "")


def lines_once(drawings: Sequence[str]) -> tuple[list[str], list[str]]:
    """The drawings, with lines of letters that come again in them drawn from one definition each.

    The second list has the definitions. A name stands on a map in two panels, for a page and for a
    phone, and in other charts too: its letters are most of what such a chart holds.
    """
    times = Counter(line for drawing in drawings for line in _LETTERS.findall(drawing))
    names = {
        line: f"line-{place}"
        for place, line in enumerate((line for line, n in times.items() if n > 1), 1)
    }

    def named(found: re.Match[str]) -> str:
        line = found.group()
        return f'<use href="#{names[line]}"/>' if line in names else line

    defined = [f'<g id="{name}">{line}</g>' for line, name in names.items()]
    return [_LETTERS.sub(named, drawing) for drawing in drawings], defined
