"""Numbers as a document prints them, and whether a table of a release holds each of them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from xml.etree import ElementTree as ET

# A number stands by itself: no letter, digit or hyphen of a name or a hash touches it.
_TOKEN = re.compile(r"(?<![\w.−-])[−-]?\d[\d,]*(?:\.\d+)?%?(?![\w-])")
_TEXTS = {
    "docx": (re.compile(r"word/(document|header\d*|footer\d*)\.xml"), "p", "t"),
    "pptx": (re.compile(r"ppt/slides/slide\d+\.xml"), "p", "t"),
}


def texts(content: bytes, form: str) -> list[str]:
    """The paragraphs of a Word file or of slides, each as one text."""
    parts, paragraph, run = _TEXTS[form]
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in sorted(package.namelist()):
            if parts.fullmatch(name):
                root = ET.fromstring(package.read(name))  # noqa: S314 - our own
                for one in root.iter():
                    if one.tag.endswith(f"}}{paragraph}"):
                        pieces = (at.text or "" for at in one.iter() if at.tag.endswith(f"}}{run}"))
                        found.append("".join(pieces))
                    found.append(one.get("descr", ""))
    return [text for text in found if text]


def tokens(text: str) -> list[str]:
    """The numbers in a text."""
    return _TOKEN.findall(text.replace("\N{NO-BREAK SPACE}", " "))


def values(files: Mapping[str, bytes]) -> frozenset[Decimal]:
    """Every number in CSV files; a period such as 2010 to 2014 gives its two years."""
    found = set()
    for content in files.values():
        for row in csv.reader(io.StringIO(content.decode("utf-8"))):
            for cell in row:
                try:
                    found.add(abs(Decimal(cell)))
                except InvalidOperation:
                    continue
    return frozenset(one for one in found if one.is_finite())


class Held:
    """Whether some value prints as a number does, at the number's own precision."""

    def __init__(self, found: Iterable[Decimal]) -> None:
        self._values = tuple(found)
        self._rounded: dict[tuple[int, bool], frozenset[Decimal]] = {}

    def __contains__(self, token: object) -> bool:
        text = str(token).replace(",", "").lstrip("−-")
        percent, digits = text.endswith("%"), text.rstrip("%")
        places = len(digits.partition(".")[2])
        key = (places, percent)
        if key not in self._rounded:
            unit, scale = Decimal(1).scaleb(-places), Decimal(100 if percent else 1)
            self._rounded[key] = frozenset(
                (value * scale).quantize(unit, rounding=ROUND_HALF_UP)
                for value in self._values
                if value < 10**9
            )
        return Decimal(digits) in self._rounded[key]
