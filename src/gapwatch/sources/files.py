"""Files that a study describes: fetched as they are, read as the study says.

Nothing about a publisher's layout is known here; see FileSource for what a description says.
"""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal, NoReturn, Protocol
from urllib.parse import urljoin, urlsplit

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import TABLES
from gapwatch.errors import SourceError
from gapwatch.sources import area_figures, local, outline_files, outline_table
from gapwatch.sources.declared import standard_errors
from gapwatch.sources.declared.build import Build
from gapwatch.sources.declared.grid import MOST_BYTES, grids, refuse
from gapwatch.sources.payload import Payload
from gapwatch.sources.responses import Answer
from gapwatch.study.source_base import is_loopback
from gapwatch.study.sources import FileSource

SHOWN_LINKS = 5


class Getter(Protocol):
    """What is needed of gapwatch.sources.http.Client."""

    def get(
        self,
        address: str,
        *,
        expect: Literal["csv", "html", "file"],
        max_bytes: int = ...,
        discreet: bool = ...,
    ) -> Answer:
        """The checked answer at an address."""


def fetch(
    source: FileSource, client: Getter, folder: Path, root: Path | None = None
) -> tuple[Payload, ...]:
    """The file as it was sent, with the role `data`; its landing page before it, as `landing`.

    `path` is relative to `folder`, and leads to a file below it, or below `root` where that is
    given (gapwatch.sources.local says what else is asked of it). From a landing page the newest
    link is taken: the last in natural order (so that 9 comes before 10) of the text that `link`
    matches. Raises SourceError when the file can't be read, is larger than 256 MiB, or no link
    matches.
    """
    in_zip = source.member is not None or source.members is not None
    zipped = in_zip or source.format == "shapefile"
    suffix = "zip" if zipped else source.format
    if source.path is not None:
        content = local.read(
            root or folder, folder, source.path, most_bytes=MOST_BYTES, private=source.restricted
        )
        # The name alone: a folder of this machine is nobody else's business, and pins are public.
        return (Payload("data", Path(source.path).name, suffix, content),)
    expect: Literal["csv", "file"] = "csv" if suffix == "csv" else "file"
    quietly = {"discreet": True} if source.restricted else {}
    if source.landing_page is None:
        sent = client.get(source.address or "", expect=expect, max_bytes=MOST_BYTES, **quietly)
        return (Payload("data", sent.address, suffix, sent.content),)
    page = client.get(source.landing_page, expect="html", max_bytes=MOST_BYTES)
    link = newest_link(page.address, page.content, source.link or "")
    sent = client.get(link, expect=expect, max_bytes=MOST_BYTES, **quietly)
    return (
        Payload("landing", page.address, "html", page.content),
        Payload("data", sent.address, suffix, sent.content),
    )


def parse(
    source: FileSource, payloads: tuple[Payload, ...], known_at: dt.date | None = None
) -> dict[str, pd.DataFrame]:
    """The source's table, canonical, by its name; from the payload `data` and nothing else.

    A count of a month after `known_at`, the snapshot's date, is refused. Raises ValidationError,
    with file, sheet, row and column, where the file isn't as described or breaks the contract;
    StudyError where the description itself is wrong.
    """
    data = [payload for payload in payloads if payload.role == "data"]
    if len(data) != 1:
        refuse(source.id, "one file", f"{len(data)} of them", "pull the source again")
    where = f"{source.id}, {data[0].address.rpartition('/')[2] or data[0].address}"
    if source.table == "boundary":
        return {source.table: _outlines(source, where, data[0].content)}
    if source.figures:
        return {source.table: area_figures.read(source, where, data[0].content)}
    table = TABLES[source.table]
    build = Build(source, standard_errors.table_of(source, table), known_at)
    for grid in grids(source, where, data[0].content):
        build.add(grid)
    frame = standard_errors.with_limits(source, build.finish(where))
    return {source.table: tables.canonical(table, frame, where)}


def _outlines(source: FileSource, where: str, content: bytes) -> pd.DataFrame:
    """Outlines with their checks, from well-known text in cells or from a file of shapes."""
    build = Build(outline_files.described(source), TABLES[source.table])
    shapes = outline_files.is_outline_file(source)
    system = source.crs or source.map_crs
    if shapes:
        found = outline_files.features(source, where, content)
        build.add(found.grid)
        system = found.system
    else:
        for grid in grids(source, where, content):
            build.add(grid)
    stated = "area_km2" in {*source.columns, *source.constants}
    frame = build.finish(where)
    return outline_table.checked(
        frame, where, system=system, as_hex=shapes, stated=stated, target=source.map_crs
    )


def newest_link(address: str, content: bytes, pattern: str) -> str:
    """The newest link of a page whose full address matches.

    It leads to the page's own host, or to one that the pattern names: a page can't choose whom we
    ask. Raises SourceError, with the nearest links, when none does.
    """
    reader = _PageLinks()
    try:
        reader.feed(content.decode("utf-8", "replace"))
    except AssertionError as error:  # html.parser's word for a broken declaration
        _refuse(address, "a web page", f"one that can't be read ({error})", "look at the page")
    links = sorted({found for link in reader.links if (found := _resolved(address, link, pattern))})
    matched = [(match[0], link) for link in links if (match := re.search(pattern, link))]
    if not matched:
        wanted = re.findall("[A-Za-z0-9]{3,}", pattern)
        links.sort(key=lambda link: -sum(word in link for word in wanted))
        _refuse(
            address,
            f"a link that matches {pattern}",
            ", ".join(links[:SHOWN_LINKS]) or "no link at all",
            "look at the page; correct link or landing_page in the study",
        )
    return max(matched, key=lambda pair: (_natural(pair[0]), _natural(pair[1]), pair))[1]


class _PageLinks(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links += [value.strip() for name, value in attrs if name == "href" and value]


def _resolved(address: str, link: str, pattern: str) -> str:
    try:
        full = urljoin(address, link).partition("#")[0]
        parts, page = urlsplit(full), urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return ""
    # Plain http is for this machine, and only for a page that came from it.
    safe = parts.scheme == "https" or (
        parts.scheme == page.scheme == "http"
        and is_loopback(host)
        and is_loopback(page.hostname or "")
    )
    named = host == page.hostname or re.escape(host) in pattern or host in pattern
    return full if safe and host and named and not parts.username else ""


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """Digits count as numbers of any length: by how many there are, then one by one."""
    parts = re.findall("[0-9]+|[^0-9]+", text)
    plain = [part.lstrip("0") if part[0] in "0123456789" else part for part in parts]
    return tuple(
        (len(after), after) if before[0] in "0123456789" else (-1, after)
        for before, after in zip(parts, plain, strict=True)
    )


def _refuse(where: str, expected: str, found: str, remedy: str) -> NoReturn:
    raise SourceError(where, expected=expected, found=found, remedy=remedy)
