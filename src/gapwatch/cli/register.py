"""The register of initiatives for people at a terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import typer

from gapwatch.reporting.chapters.initiatives.meeting import Pair, meetings
from gapwatch.reporting.chapters.initiatives.words import WHERE, change, flags, reason, when
from gapwatch.reporting.language.numbers import capital

_PIPE_COLUMNS, _WIDEST, _NARROWEST = 120, 120, 40
_NO_PLACE, _NO_THEME, _NO_START = "No area stated", "No priority stated", "No start stated"
_NEEDS = (
    "Needs without an initiative: areas among the worst quarter by at least half of the indicators"
)
_SHOWN_AREAS = 6
Row = Mapping[str, Any]


def print_register(found: Row, *, by: str) -> None:
    """Print initiatives in groups, then overlaps and cells without any."""
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPE_COLUMNS
    for line in lines(found, by=by, width=max(_NARROWEST, min(columns, _WIDEST))):
        typer.echo(line)


def lines(found: Row, *, by: str, width: int) -> Iterator[str]:
    """The listing, no line wider than `width`."""
    listed: Sequence[Row] = found["initiatives"]
    if not listed:
        yield from _wrapped(
            "No initiative is registered: add [[initiatives]] to the study, or a source of them.",
            width,
        )
        return
    for title, mine in groups(listed, by):
        yield from _wrapped(title, width)
        for one in mine:
            yield from _wrapped(headline(one), width, 2)
            for line in details(one, by):
                yield from _wrapped(line, width, 4)
        yield ""
    titles = {one["id"]: one["title"] for one in listed}
    for title, told in (
        ("Overlaps: one priority, one area, one time", overlap_lines(found["overlaps"], titles)),
        (_NEEDS, need_lines(found["cells"])),
        ("Priorities by areas that no initiative names", empty_lines(found["cells"])),
    ):
        yield from _wrapped(title, width)
        for line in told or ["None."]:
            yield from _wrapped(line, width, 2)
        yield ""


def _wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2 * bool(indent)),
        break_on_hyphens=False,
    )


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
    time = when(one["starts_on"], one["ends_on"])
    parts.append("start not stated" if time == "not stated" else time)
    names = one["area_names"]
    if by != "place" and names:
        more = f" and {len(names) - _SHOWN_AREAS} more" * (len(names) > _SHOWN_AREAS)
        parts.append(", ".join(names[:_SHOWN_AREAS]) + more)
    if names and WHERE[one["where_basis"]]:
        parts.append(f"area: {WHERE[one['where_basis']]}")
    yield f"{capital('; '.join(parts))}."
    for row in one["findings"]:
        yield from finding(row)


def finding(row: Row) -> Iterator[str]:
    """The verdict with its reason and figures, then what to bear in mind."""
    told = capital(row["verdict"])
    if row["reason"]:
        told += f": {reason(row['reason'])}"
    if row["effect_percent"] is not None and row["effect_lower95_percent"] is not None:
        told += (
            f"; found {change(row['effect_percent'])} ({change(row['effect_lower95_percent'])} to "
            f"{change(row['effect_upper95_percent'])})"
        )
    named = f", {row['expectation']} version {row['version']}" if row["expectation"] else ""
    yield f"{told}. Evidence of level {row['maryland_level']}{named}."
    if row["flags"]:
        yield f"To bear in mind: {'; '.join(flags(row['flags']))}."


def overlap_lines(rows: Sequence[Row], titles: Mapping[str, str]) -> list[str]:
    """A line a group of initiatives and priority, with the areas that all of it works in."""
    pairs = (
        Pair(
            row["initiative"],
            row["other"],
            row["theme"],
            row["area_name"],
            row["time_known"] == "yes",
        )
        for row in rows
    )
    return [
        f"{', '.join(titles[one] for one in found.initiatives)}; {found.theme}: "
        f"{', '.join(found.areas)}{'' if found.time_known else ' (a start isn’t stated)'}"
        for found in meetings(pairs)
    ]


def need_lines(cells: Sequence[Row]) -> list[str]:
    """A line a priority, with the areas among the worst quarter by one of its indicators."""
    found: dict[str, list[str]] = {}
    for row in cells:
        if row["need_without_initiative"]:
            worst = f"{row['indicators_worst_quarter']} of {row['indicators']}"
            found.setdefault(row["theme"], []).append(f"{row['area_name']} ({worst})")
    return [f"{theme}: {', '.join(names)}" for theme, names in found.items()]


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
