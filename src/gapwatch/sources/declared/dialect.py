"""How a CSV's bytes become cells: encoding and delimiter, and what to state where they differ."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import NoReturn

from gapwatch.errors import ValidationError
from gapwatch.sources.declared.weight import Lines, Refuse
from gapwatch.study.sources import FileSource

_HEAD_BYTES = 256 * 1024
_SEARCHED = 100
_DELIMITERS = (",", ";", "\t", "|")
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OF_BYTES = ("cp1252", "latin-1", "mac-roman")
_PIECE = 1 << 20
# In UTF-16 every other byte of Latin text is a zero; text of another encoding holds none.
_SAMPLE, _SHARE_OF_ZEROS = 4096, 0.3

# An outline as well-known text is one long cell; the library's own limit is 128 KiB.
csv.field_size_limit(32 * 1024 * 1024)


def csv_rows(source: FileSource, where: str, content: bytes, refuse: Refuse) -> Iterator[list[str]]:
    """Rows of a CSV, each cell's text as it is.

    Raises ValidationError for bytes of another encoding and for another delimiter, with the
    encoding or the delimiter that fits; by `refuse` for a row that goes on and on.
    """
    encoding = _encoding(source, where, content)
    _require_delimiter(source, where, content, encoding)
    # Decoded as it is read: the whole text would take four times the room of its bytes.
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    lines = Lines(text, where, refuse)
    reader = csv.reader(lines if b'"' in content else text, delimiter=source.delimiter, strict=True)
    try:
        for row in reader:
            lines.since = 0
            yield row
    except UnicodeDecodeError:
        others = " or ".join(f'encoding = "{name}"' for name in _that_decode(source, content))
        _refuse(
            f"{where}, after line {reader.line_num}",
            f"text in {source.encoding}",
            "bytes of another kind",
            f"state {others} in the study, whichever shows its names right"
            if others
            else "save the file as CSV UTF-8",
        )
    except csv.Error as error:
        _refuse(
            f"{where}, line {reader.line_num}",
            "CSV",
            str(error),
            "open the file, and correct it or its description in the study",
        )


def _encoding(source: FileSource, where: str, content: bytes) -> str:
    """Python's name of the encoding; a mark at the start that says otherwise is refused."""
    told = source.encoding
    if content.startswith(_UTF32):
        _refuse(where, f"text in {told}", "text in UTF-32", "save the file as CSV UTF-8")
    if content.startswith(_UTF16):
        order = "utf-16-le" if content.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
        if told not in ("utf-16", order):
            _refuse(
                where,
                f"text in {told}",
                "the byte order mark of UTF-16",
                'state encoding = "utf-16" in the study',
            )
        return "utf-16"
    unmarked = _unmarked_utf16(content)
    if unmarked and told != unmarked:
        _refuse(
            where,
            f"text in {told}",
            "text in UTF-16 without a byte order mark",
            f'state encoding = "{unmarked}" in the study',
        )
    if told == "utf-16":
        _refuse(
            where,
            "the byte order mark of UTF-16",
            "none",
            f'state encoding = "{next(iter(_that_decode(source, content)), "utf-16-le")}" '
            "in the study",
        )
    if told in ("utf-16-le", "utf-16-be") and not unmarked and _decodes(content, "utf-8"):
        _refuse(
            where, f"text in {told}", "text in UTF-8", 'state encoding = "utf-8-sig" in the study'
        )
    if told in _OF_BYTES and not content.isascii() and _decodes(content, "utf-8"):
        _refuse(
            where,
            f"text in {told}",
            "text in UTF-8, whose letters would be read wrong",
            'state encoding = "utf-8-sig" in the study',
        )
    return "utf-8-sig" if told == "utf-8" else told


def _unmarked_utf16(content: bytes) -> str:
    sample = content[:_SAMPLE]
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) / half > _SHARE_OF_ZEROS:
        return "utf-16-le"
    return "utf-16-be" if sample[::2].count(0) / half > _SHARE_OF_ZEROS else ""


def _that_decode(source: FileSource, content: bytes) -> list[str]:
    """Encodings that a study may state and in which every byte means something."""
    if source.encoding not in ("utf-8", "utf-8-sig") and _decodes(content, "utf-8"):
        return ["utf-8-sig"]
    return [
        name
        for name in ("cp1252", "mac-roman")
        if name != source.encoding and _decodes(content, name)
    ]


def _decodes(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), _PIECE):
            decoder.decode(content[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _require_delimiter(source: FileSource, where: str, content: bytes, encoding: str) -> None:
    """Refuse a file whose header is found with another delimiter than the one stated."""
    text = content[:_HEAD_BYTES].decode(encoding, "ignore")
    wanted = {" ".join(name.split()) for name in source.header}
    if _holds(_head(text, source.delimiter), wanted):
        return
    others = [other for other in _DELIMITERS if other != source.delimiter]
    fits = [other for other in others if _holds(_head(text, other), wanted)]
    if not fits:
        # The header has other names as well: first the delimiter, then they can be told apart.
        evenness = {other: _evenness(_head(text, other)) for other in _DELIMITERS}
        best = max(others, key=lambda other: evenness[other])
        fits = [best] if evenness[best] > evenness[source.delimiter] else []
    if fits:
        found, told = _in_words(fits[0]), _in_words(source.delimiter)
        stated = fits[0].replace("\t", "\\t")
        _refuse(
            where,
            f"cells parted by {told}",
            f"cells parted by {found}",
            f'state delimiter = "{stated}" in the study',
        )


def _head(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in islice(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _SEARCHED
        ):
            rows.append([" ".join(cell.split()) for cell in row])  # noqa: PERF401
    except csv.Error:
        pass  # what was read up to there tells enough
    return rows


def _holds(rows: list[list[str]], wanted: set[str]) -> bool:
    return any(wanted <= set(row) for row in rows)


def _evenness(rows: list[list[str]]) -> float:
    """Share of the rows that have the commonest number of cells, if that is more than one."""
    widths = [len(row) for row in rows if any(row)]
    several = [width for width in widths if width > 1]
    if not several:
        return 0.0
    return max(several.count(width) for width in set(several)) / len(widths)


def _in_words(delimiter: str) -> str:
    words = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
    return words[delimiter]


def _refuse(where: str, expected: str, found: str, remedy: str) -> NoReturn:
    raise ValidationError(where, expected=expected, found=found, remedy=remedy)
