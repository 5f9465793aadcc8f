"""Every string of a release that a reader may meet, and those that claim a success that isn't one.

Where a gap gets smaller mainly because the better-off side gets worse, no sentence may call that
"on track", "met" or "narrowed" unless the same sentence says what it comes from.
"""

from __future__ import annotations

import io
import json
import re
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pypdf

from gapwatch.codes import GOOD_VERDICTS, LEVELLING_DOWN

_SENTENCES = re.compile(r"(?<=[.!?;”])\s+(?=[A-Z“])")
_PRAISE = re.compile(
    r"\bon track\b|\btarget met\b|\balready halved\b|\bnarrow(?:ed|s)\b|"
    r"\b(?:gets?|got|getting) smaller",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"levelling down|life expectancy (?:clearly )?fell|shorter lives|(?:gets|getting) worse",
    re.IGNORECASE,
)
# What is no claim: a denial, a doubt, a way to say nothing.
_OPEN = re.compile(
    r"\bnot on track\b|cannot tell whether|that is not narrowing|would not|"
    r"chance that the gap is getting smaller is at most",
    re.IGNORECASE,
)
# What stands inside a sentence; every other element ends one.
_INLINE = frozenset({"a", "abbr", "b", "code", "em", "i", "strong", "time", "tspan", "wbr"})
_SAID = ("alt", "title", "content", "aria-label")
_SVG = "data:image/svg+xml,"
_PACKAGE = re.compile(
    r"(word/(document|header\d*|footer\d*)|ppt/slides/slide\d+|xl/sharedStrings|docProps/core)\.xml"
)


def bare(texts: Iterable[str]) -> list[str]:
    """The sentences that claim such a success without saying what it comes from."""
    return [
        sentence
        for text in texts
        for sentence in _SENTENCES.split(" ".join(text.split()))
        if _PRAISE.search(_OPEN.sub("", sentence)) and not _CLAUSE.search(sentence)
    ]


class _Page(HTMLParser):
    """The text of each block as one string, and what attributes say."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._text: list[str] = []

    def flush(self) -> None:
        self.found.append("".join(self._text))
        self._text = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self.flush()
        for name, value in attrs:
            if name in _SAID and value:
                self.found.append(value)
            if name in ("src", "srcset") and (value or "").startswith(_SVG):
                self.found += page(unquote((value or "").removeprefix(_SVG)).encode())

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self.flush()

    def handle_data(self, data: str) -> None:
        self._text.append(data)


def page(content: bytes) -> list[str]:
    """Every string of a page, a feed or a drawing: text by block, alternative texts, meta tags."""
    reader = _Page()
    reader.feed(content.decode("utf-8"))
    reader.close()
    reader.flush()
    return [text for text in reader.found if text.strip()]


def paper(content: bytes) -> list[str]:
    """The text of a PDF, with what its pictures say to those who can't see them and its title."""
    document = pypdf.PdfReader(io.BytesIO(content))
    told = [str(value) for value in (document.metadata or {}).values()]
    # One text: a sentence goes on over the end of a page.
    told.append(" ".join(one.extract_text() for one in document.pages))
    for number in range(1, len(document.xref_objStm) + 1):
        one = document.get_object(number)
        if isinstance(one, dict) and "/Alt" in one:
            told.append(str(one["/Alt"]))
    return told


def office(content: bytes) -> list[str]:
    """Every string of a document of the kit: paragraphs, cells, descriptions, properties."""
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            if _PACKAGE.fullmatch(name):
                for one in ET.fromstring(package.read(name)).iter():  # noqa: S314 - our own
                    found.append(one.get("descr", ""))
                    if one.tag.rpartition("}")[2] in ("p", "si", "subject", "title", "description"):
                        found.append("".join(one.itertext()))
    return [text for text in found if text.strip()]


def answer(told: Any) -> Iterator[str]:
    """Every string of a JSON answer; the code of a verdict only where no label stands beside it."""
    if isinstance(told, dict):
        labelled = told.get("label") == LEVELLING_DOWN
        for key, value in told.items():
            if key == "verdict" and labelled and value in GOOD_VERDICTS:
                continue
            yield from answer(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from answer(value)
    elif isinstance(told, str):
        yield told


def golden(name: str) -> dict[str, str]:
    """The message of a release as it was written by hand."""
    with (Path(__file__).parent / "golden" / "messages.toml").open("rb") as file:
        found: dict[str, str] = tomllib.load(file)[name]
    return found


def plain(message: Mapping[str, str]) -> dict[str, str]:
    """A message with plain blanks."""
    return {name: line.replace("\N{NO-BREAK SPACE}", " ") for name, line in message.items()}


def of(name: str, content: bytes) -> list[str]:
    """Every string of a file by its kind; tables hold codes and are read by themselves."""
    form = name.rpartition(".")[2]
    if form in ("html", "xml", "svg"):
        return page(content)
    if form == "pdf":
        return paper(content)
    if form in ("docx", "pptx", "xlsx"):
        return office(content)
    if name.endswith("manifest.json"):
        return list(answer(json.loads(content)))
    return [content.decode("utf-8")] if form == "txt" else []
