"""The pages and the feed, from templates that escape whatever they print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from gapwatch.reporting.formats.engine import engine
from gapwatch.reporting.formats.published import Shown
from gapwatch.reporting.formats.share import HEIGHT, WIDTH
from gapwatch.reporting.language.numbers import capital, date, size
from gapwatch.reporting.language.speech import Speech, respelled, speaking
from gapwatch.site.moved import moved, newest_gaps, verdicts
from gapwatch.site.shelf import ShelvedRelease
from gapwatch.site.words import (
    LICENCE,
    NAMES,
    PagePlace,
    citation,
    document_name,
    page_of,
    picture_of,
)
from gapwatch.study.tongue import BRITISH, Tongue

TEMPLATES = Path(__file__).parent / "templates"
_ON_FIRST_PAGE = 12
_DOCUMENTS = ("html", "pdf", "docx", "pptx", "xlsx")
# No domain of this name exists or ever will (RFC 2606), so nobody else's tag is the same.
_NOBODY = "gapwatch.invalid"


@dataclass(frozen=True)
class Stock:
    """What the pages are made from: releases, newest first, figures, bytes of files."""

    entries: tuple[ShelvedRelease, ...]
    known: Mapping[str, ShelvedRelease]
    shown: Mapping[str, tuple[Shown, ...]]
    laid: Mapping[str, int]
    base: str

    def before(self, entry: ShelvedRelease) -> ShelvedRelease | None:
        """The release that one follows, where it is here."""
        previous = entry.manifest.previous
        return self.known.get(previous.release) if previous else None

    def newest_of(self, entry: ShelvedRelease) -> ShelvedRelease | None:
        """The newest release of its study that stands."""
        mine = (one for one in self.entries if one.manifest.study.id == entry.manifest.study.id)
        return next((one for one in mine if one.newest and one.retired is None), None)


@dataclass(frozen=True)
class Line:
    """A release as a line of a list."""

    entry: ShelvedRelease
    moved: tuple[str, ...]

    @property
    def day(self) -> str:
        """Its date in words, in its own language."""
        with speaking(Speech(self.entry.tongue)):
            return date(self.entry.date)

    @property
    def verdict(self) -> str:
        """What its verdict is called, with a capital."""
        with speaking(Speech(self.entry.tongue)):
            return capital(respelled(self.entry.manifest.answer.called))


class _Press:
    """The templates, with what every page needs."""

    @cached_property
    def environment(self) -> Environment:
        environment = engine(
            TEMPLATES, {"day": date, "size": size, "capital": capital, "spelled": respelled}
        )
        # Our own stylesheet: the only text that goes in unescaped.
        style = (TEMPLATES / "site.css").read_text(encoding="utf-8")
        environment.globals["style"] = Markup(style)  # noqa: S704
        environment.globals |= {
            "page_of": page_of,
            "picture_of": picture_of,
            "width": WIDTH,
            "height": HEIGHT,
        }
        return environment

    def page(self, template: str, tongue: Tongue, **given: Any) -> bytes:
        with speaking(Speech(tongue)):
            text = self.environment.get_template(template).render(tongue=tongue, **given)
        return text.encode("utf-8")


def every(stock: Stock) -> dict[str, bytes]:
    """Every page of the site by its name."""
    press = _Press()
    lines = tuple(Line(entry, moved(entry, stock.before(entry))) for entry in stock.entries)
    of_all = _tongue(lines)
    years = sorted({line.entry.date.year for line in lines}, reverse=True)
    newest = [line for line in lines if line.entry.newest and line.entry.retired is None]
    files = {"feed.xml": _feed(press, stock, lines)}

    def add(name: str, template: str, **given: Any) -> None:
        shared = {"at": PagePlace(name, stock.base), "name": name, "stock": stock}
        invented = given.pop("invented", _invented(given.get("lines", ())))
        tongue = given.pop("tongue", of_all)
        files[name] = press.page(template, tongue, **shared, invented=invented, **given)

    cards = [_card(stock, line) for line in newest]
    every_line = (*lines,)
    add(
        "index.html",
        "index.html.j2",
        cards=cards,
        alone=len(cards) == 1,
        lines=lines[:_ON_FIRST_PAGE],
        years=years,
        total=len(lines),
        invented=_invented(every_line),
    )
    add("latest/index.html", "latest.html.j2", cards=cards, lines=newest)
    for year in years:
        of_year = tuple(line for line in lines if line.entry.date.year == year)
        add(f"archive/{year}/index.html", "archive.html.j2", year=year, lines=of_year)
    for line in lines:
        template = "release.html.j2" if line.entry.retired is None else "retired.html.j2"
        add(page_of(line.entry.name), template, **_of_release(stock, line))
    return files


def _tongue(lines: tuple[Line, ...]) -> Tongue:
    """The language of pages about several releases: that of all of them, else British English."""
    spoken = {line.entry.tongue for line in lines}
    return spoken.pop() if len(spoken) == 1 else BRITISH


def _invented(lines: tuple[Line, ...] | list[Line]) -> str:
    """The banner of a page on which any release is invented."""
    return next((line.entry.invented for line in lines if line.entry.invented), "")


def _card(stock: Stock, line: Line) -> dict[str, Any]:
    entry = line.entry
    figures = stock.shown[entry.name]
    return {
        "line": line,
        "entry": entry,
        "gaps": newest_gaps(entry),
        "verdicts": verdicts(entry),
        "documents": _documents(stock, entry),
        "figure": figures[0] if figures else None,
    }


def _of_release(stock: Stock, line: Line) -> dict[str, Any]:
    entry = line.entry
    shared = {
        "line": line,
        "entry": entry,
        "newest": stock.newest_of(entry),
        "previous": stock.before(entry),
        "invented": entry.invented,
        "tongue": entry.tongue,
    }
    if entry.retired is not None:
        # The record of a retirement is no part of a release, and a restricted one tells no more.
        return {**shared, "reason": "" if entry.restricted else entry.retired.reason}
    return {
        **shared,
        "gaps": newest_gaps(entry),
        "verdicts": verdicts(entry),
        "documents": _documents(stock, entry),
        "figures": stock.shown[entry.name],
        "tables": [
            (file, about, entry.manifest.outputs[file].bytes) for file, about in entry.described
        ],
        "citation": citation(entry, stock.base),
        "licence": LICENCE,
    }


def _documents(stock: Stock, entry: ShelvedRelease) -> list[tuple[str, str, int]]:
    """Documents of a release and of its kit: file, name, bytes."""
    own = [
        (f"{entry.name}/{file}", document_name(file), told.bytes)
        for file, told in sorted(entry.manifest.outputs.items(), key=_reading_order)
        if "/" not in file and file.rpartition(".")[2] in _DOCUMENTS
    ]
    folder = f"pages/{entry.name}/"
    kit = [
        (f"{folder}{name}", document_name(name), stock.laid[f"{folder}{name}"])
        for name in NAMES
        if f"{folder}{name}" in stock.laid
    ]
    return own + kit


def _reading_order(output: tuple[str, Any]) -> tuple[int, str]:
    """Documents that are known by name first, in the order in which they are read."""
    known = list(NAMES)
    return (known.index(output[0]) if output[0] in known else len(known), output[0])


def _feed(press: _Press, stock: Stock, lines: tuple[Line, ...]) -> bytes:
    """The feed (RFC 4287): an entry a release, which is updated when the release is retired."""
    entries = [
        {
            "line": line,
            "entry": line.entry,
            "id": _id(line.entry.name, line.entry.date, stock.base),
            "updated": _moment(
                line.entry.retired.retired_on if line.entry.retired else line.entry.date
            ),
            "published": _moment(line.entry.date),
        }
        for line in lines
    ]
    first = min((line.entry.date for line in lines), default=dt.date(1970, 1, 1))
    titles = dict.fromkeys(line.entry.title for line in lines)
    return press.page(
        "feed.xml.j2",
        _tongue(lines),
        at=PagePlace("feed.xml", stock.base),
        title="; ".join(titles),
        id=_id("feed", first, stock.base),
        updated=max((str(entry["updated"]) for entry in entries), default=_moment(first)),
        entries=entries,
    )


def _id(name: str, day: dt.date, base: str) -> str:
    """A name that is nobody else's and never changes while the address doesn't."""
    if base:
        return f"{base}{'feed.xml' if name == 'feed' else page_of(name)}"
    return f"tag:{_NOBODY},{day.isoformat()}:{name}"


def _moment(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
