"""Fonts that a study declares for letters that the report's own typefaces lack.

No font of the machine is ever used: a file beside the study, known by its hash, gives every machine
the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, NoReturn

from pydantic import Field

from gapwatch.errors import StudyError
from gapwatch.study.base import Part

FOLDER = "fonts"
"""Beside the study, and beside the study that a release keeps."""
MOST_FONTS = 8
MOST_BYTES = 16_000_000
_SHOWN = r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}\.(ttf|otf)$"
_STARTS = (b"\x00\x01\x00\x00", b"OTTO", b"true")
_EMBEDDED_NEVER = 0x0002  # OS/2.fsType, bit 1: restricted licence embedding
# Letters, marks, numbers, punctuation and signs: never a control or a format character.
_VISIBLE = frozenset("LMNPS")
# Families that a declared font would stand in for.
_OWN = ("Gapwatch", "DejaVu")


class Font(Part):
    """A font file in the folder `fonts` beside the study, and the hash that it must have."""

    file: Annotated[str, Field(pattern=_SHOWN)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


@dataclass(frozen=True)
class Typeface:
    """A declared font that was read: its bytes, their hash, and the characters that it has."""

    file: str
    sha256: str
    content: bytes = field(repr=False)
    letters: frozenset[str] = field(repr=False)


def declared(study_file: Path, content: dict[str, Any]) -> tuple[Typeface, ...]:
    """The fonts of a study's text, before all else in it is looked at.

    What isn't a list of fonts is left to the study's own validation. Raises StudyError for a file
    that isn't there, has another hash, or is no font that every form of the report can draw with.
    """
    told = content.get("fonts", [])
    if not isinstance(told, list) or len(told) > MOST_FONTS:
        return ()
    try:
        fonts = [Font.model_validate(one) for one in told]
    except ValueError:
        return ()
    return tuple(_read(study_file, place, font) for place, font in enumerate(fonts, 1))


def _read(study_file: Path, place: int, font: Font) -> Typeface:
    where = f"{study_file.name}, fonts[{place}] ({font.file})"
    path = study_file.parent / FOLDER / font.file
    raw = _content(where, path)
    found = hashlib.sha256(raw).hexdigest()
    if found != font.sha256:
        _refuse(where, f"sha256 {font.sha256}", found, "correct sha256, or put the old file back")
    if raw[:4] not in _STARTS:
        _refuse(
            where,
            "one TrueType or OpenType font",
            "a collection of several" if raw[:4] == b"ttcf" else "another kind of file",
            "take one font out of the collection, or get it as .ttf or .otf",
        )
    return Typeface(font.file, found, raw, _letters(where, raw))


def _content(where: str, path: Path) -> bytes:
    """The bytes of a plain file that is no link: nothing is waited for, nothing else is read."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except OSError as error:
        _refuse(
            where,
            f"a file in the folder {FOLDER} beside the study",
            str(error.strerror),
            "put the font there; it is no part of gapwatch",
        )
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            _refuse(where, "a regular file", "none", "put the font itself there")
        raw = stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        _refuse(
            where,
            f"at most {MOST_BYTES:,} bytes",
            "more",
            "cut it to what the study needs: pyftsubset FILE --text-file=gapwatch.toml",
        )
    return raw


def _letters(where: str, raw: bytes) -> frozenset[str]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - a third of a second that few studies need

    try:
        with TTFont(BytesIO(raw)) as font:
            tables = set(font.keys())
            letters = frozenset(chr(at) for at in font.getBestCmap() or () if _is_visible(chr(at)))
            family = str(font["name"].getBestFamilyName() or "")
            may_not = bool(font["OS/2"].fsType & _EMBEDDED_NEVER)
    except Exception as error:  # fontTools raises anything for a damaged file
        _refuse(where, "a font that can be read", str(error)[:200] or type(error).__name__)
    if "fvar" in tables:
        _refuse(
            where,
            "a font of one weight: a chart draws the lightest of one with many",
            "a variable font",
            "cut out the regular one: fonttools varLib.instancer FILE wght=400",
        )
    if not tables & {"glyf", "CFF "}:
        _refuse(
            where,
            "a font of outlines, which every form of the report can draw",
            "coloured pictures alone",
            "take one in one colour, such as Noto Emoji",
        )
    if may_not:
        _refuse(where, "a font that may be embedded", "one whose licence forbids it (OS/2 fsType)")
    if not family or family.startswith(_OWN):
        _refuse(where, "a font with a name that isn't the report's own", repr(family))
    return letters


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] in _VISIBLE


def _refuse(
    where: str, expected: str, found: str, remedy: str = "declare another font"
) -> NoReturn:
    raise StudyError(where, expected=expected, found=found, remedy=remedy)
