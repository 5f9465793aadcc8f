"""The register of initiatives for people at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

_PIPE_COLUMNS = 120
_WIDEST = 120
_NO_PLACE, _NO_THEME, _NO_START = "No area stated", "No priority stated", "No start stated"
_SHOWN_AREAS = 6
Row = Mapping[str, Any]


def print_register(found: Row, *, by: str, console: Console | None = None) -> None:
    """Print initiatives in groups, then overlaps and cells without any."""
    width = None if sys.stdout.isatty() else _PIPE_COLUMNS
    console = console or Console(width=width, highlight=False)
    room = min(console.width, _WIDEST)

    def say(text: str, indent: int = 0, *, bold: bool = False) -> None:
        told = Text(text, style="bold" if bold else "")
        console.print(Padding(told, (0, 0, 0, indent)), width=room)

    listed: Sequence[Row] = found["initiatives"]
    if not listed:
        say("No initiative is registered: add [[initiatives]] to the study, or a source of them.")
        return
    for title, mine in groups(listed, by):
        say(title, bold=True)
        for one in mine:
            say(headline(one), 2)
            for line in details(one, by):
                say(line, 4)
        say("")
    for title, lines in (
        ("Overlaps: one priority, one area, one time", overlap_lines(found["overlaps"])),
        ("Needs without an initiative", need_lines(found["cells"])),
        ("Priorities by areas that no initiative names", empty_lines(found["cells"])),
    ):
        say(title, bold=True)
        for line in lines or ["None."]:
            say(line, 2)
        say("")


def groups(listed: Sequence[Row], by: str) -> list[tuple[str, list[Row]]]:
    """Initiatives by area, priority or year of the start; what isn't stated comes last."""
    last = {"place": _NO_PLACE, "theme": _NO_THEME, "time": _NO_START}[by]
    found: dict[str, list[Row]] = {}
    for one in listed:
        keys = {
            "place": one["area_names"],
            "theme": [one["theme"]] if one["theme"] else [],
            "time": [one["starts_on"][:4]] if one["starts_on"] else [],
        }[by]
        for key in keys or [last]:
            found.setdefault(key, []).append(one)
    return sorted(found.items(), key=lambda pair: (pair[0] == last, pair[0]))


def headline(one: Row) -> str:
    """Title and who leads it."""
    return f"{one['title']} ({one['led_by']})" if one["led_by"] else str(one["title"])


def details(one: Row, by: str) -> Iterator[str]:
    """Priority, time, areas and findings, without what the group says already."""
    parts = []
    if by != "theme":
        parts.append(one["theme"] or "no priority stated")
    starts, ends = one["starts_on"], one["ends_on"]
    parts.append(f"{starts or 'start not stated'} to {ends or 'no end stated'}")
    names = one["area_names"]
    if by != "place" and names:
        more = f" and {len(names) - _SHOWN_AREAS} more" * (len(names) > _SHOWN_AREAS)
        parts.append(", ".join(names[:_SHOWN_AREAS]) + more)
    if one["where_basis"] not in ("delivery", "not-stated"):
        parts.append(f"area by {one['where_basis']}")
    yield "; ".join(parts)
    for row in one["findings"]:
        yield finding(row)


def finding(row: Row) -> str:
    """The verdict with its figures and codes, whose words docs/methods.md has."""
    told = f"{row['verdict'].capitalize()} (Maryland level {row['maryland_level']})"
    if row["expectation"]:
        told += f", {row['expectation']} version {row['version']}"
    if row["effect_percent"] is not None and row["effect_lower95_percent"] is not None:
        told += (
            f": {row['effect_percent']:+.1f}% ({row['effect_lower95_percent']:+.1f} to "
            f"{row['effect_upper95_percent']:+.1f})"
        )
    codes = " ".join(part for part in (row["reason"], row["flags"]) if part)
    return f"{told}. {codes}".strip() if codes else f"{told}."


def overlap_lines(rows: Sequence[Row]) -> list[str]:
    """A line a pair and priority, with the areas that both work in."""
    areas: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        key = (row["initiative"], row["other"], row["theme"])
        areas.setdefault(key, []).append(row["area_name"])
    return [
        f"{one} and {other}, {theme}: {', '.join(names)}"
        for (one, other, theme), names in areas.items()
    ]


def need_lines(cells: Sequence[Row]) -> list[str]:
    """A line a priority, with the areas among the worst quarter by one of its indicators."""
    found: dict[str, list[str]] = {}
    for row in cells:
        if row["need_without_initiative"]:
            worst = f"{row['indicators_worst_quarter']} of {row['indicators']}"
            found.setdefault(row["theme"], []).append(f"{row['area_name']} ({worst})")
    return [
        f"{theme}: {', '.join(names)} (indicators by which the area is among the worst quarter)"
        for theme, names in found.items()
    ]


def empty_lines(cells: Sequence[Row]) -> list[str]:
    """A line a priority, with the areas that no initiative for it names."""
    found: dict[str, list[str]] = {}
    every: dict[str, int] = {}
    for row in cells:
        every[row["theme"]] = every.get(row["theme"], 0) + 1
        if not row["initiatives"]:
            found.setdefault(row["theme"], []).append(row["area_name"])
    return [
        f"{theme}: {'all areas' if len(names) == every[theme] else ', '.join(names)}"
        for theme, names in found.items()
    ]
