"""Changes of good answers, drawn from a seeded generator: cells, rows, XML, JSON, bytes.

A change that can't alter what an answer says is harmless, and its reading must stay the same.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

Cells = list[list[Any]]
WORDS = (
    "",
    "-",
    "nan",
    "inf",
    "1e9",
    "0",
    "7",
    "12.5",
    "-1",
    "1,012",
    "1,01",
    "[c]",
    "Males",
    "Female",
    "Persons",
    "2019",
    "2031",
    "2016 - 20",
    "90 and over",
    "all ages",
    "E01004734",
    "E05000630",
    "E02000960",
    "E09000033",
    "E92000001",
    "00BK",
    "é",
    "٣",
    '"',
    "'",
    ";",
    "=1+1",
    "x" * 400,
    "\t",
    "\u2013",
    "null",
)
JUNK = (
    b"",
    b",",
    b'"',
    b"\r",
    b"\n",
    b"\x00",
    b"\xff",
    b"-",
    b"nan",
    b"1e99",
    b"0",
    b"9",
    b"<",
    b">",
    b"/",
    b"&#0;",
    b"{",
    b"]",
    b"null",
    b"[[[[",
    b"\\ud800",
    "é".encode(),
    b"'",
    b";",
    b"PK\x03\x04",
    b"\xef\xbb\xbf",
)
_TOKEN = re.compile(r"<[^>]*>|[^<]+")
_ATTRIBUTE = re.compile(r'"([^"<>]*)"')


def reorder(chance: Random, rows: Cells, header: int) -> Cells:
    """The same table in other words: rows shuffled, a column more, a blank row, moved columns."""
    head, table = rows[:header], [list(row) for row in rows[header:]]
    body = table[1:]
    for _ in range(chance.randint(1, 3)):
        kind = chance.randrange(4)
        width = len(table[0])
        if kind == 0:
            chance.shuffle(body)
        elif kind == 1:
            at, name = chance.randint(0, width), f"Remark {width}"
            for row in (table[0], *body):
                row.insert(at, name if row is table[0] else chance.choice(("", "new", 3.0)))
        elif kind == 2:
            order = chance.sample(range(width), width)
            for row in (table[0], *body):
                row[:] = [row[n] for n in order]
        elif head:
            head.append(["A note", *[""] * chance.randint(0, 3)])
    return [*head, table[0], *body]


def spoil_rows(chance: Random, rows: Cells, most: int = 4) -> Cells:
    """Up to so many cells or rows replaced, lost, repeated, moved or cut."""
    spoilt = [list(row) for row in rows]
    for _ in range(chance.randint(1, most)):
        if not spoilt:
            break
        at = chance.randrange(len(spoilt))
        row = spoilt[at]
        place = chance.randrange(len(row)) if row else 0
        kind = chance.randrange(9)
        if kind <= 2 and row:
            row[place] = chance.choice((*WORDS, 0.0, 7.5, -3.0, 2019.0))
        elif kind == 3 and row:
            del row[place]
        elif kind == 4:
            row.insert(place, chance.choice(WORDS))
        elif kind == 5:
            del spoilt[at]
        elif kind == 6:
            spoilt.insert(chance.randint(0, len(spoilt)), list(row))
        elif kind == 7 and row:
            other = chance.randrange(len(row))
            row[place], row[other] = row[other], row[place]
        elif row:
            # Another row's cell of the same column: right in itself, and perhaps wrong here.
            near = chance.choice(spoilt)
            row[place] = near[min(place, len(near) - 1)] if near else ""
    return spoilt


def spoil_bytes(chance: Random, good: bytes, most: int = 4, widest: int = 40) -> bytes:
    """Up to so many runs of bytes replaced by junk, or the end cut off."""
    spoilt = bytearray(good)
    for _ in range(chance.randint(1, most)):
        at = chance.randrange(len(spoilt) + 1)
        kind = chance.randrange(8)
        if kind == 0:
            del spoilt[at:]
        elif kind <= 2 and at < len(spoilt):
            spoilt[at] ^= 1 << chance.randrange(8)
        elif kind == 3:
            spoilt[at:at] = spoilt[chance.randrange(len(spoilt) + 1) :][: chance.randrange(widest)]
        else:
            spoilt[at : at + chance.choice((0, 1, 1, 4, widest))] = chance.choice(JUNK)
    return bytes(spoilt)


def spoil_xml(chance: Random, text: str) -> str:
    """Tags and texts lost, repeated or swapped, and attributes with other values."""
    tokens = _TOKEN.findall(text) or [text]
    for _ in range(chance.randint(1, 3)):
        if not tokens:
            break
        at, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
        kind = chance.randrange(6)
        if kind == 0:
            del tokens[at]
        elif kind == 1:
            tokens.insert(other, tokens[at])
        elif kind == 2:
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif kind == 3 and not tokens[at].startswith("<"):
            tokens[at] = chance.choice(("", "7", "E01004734", "Males", "&amp;", "nan", "1e400"))
        else:
            new = chance.choice(
                ("", "0", "-1", "7", "b", "s", "str", "float", "x" * 50, "A1", "C9")
            )
            tokens[at] = _ATTRIBUTE.sub(lambda _, w=new: f'"{w}"', tokens[at], count=1)
    return "".join(tokens)


def spoil_members(chance: Random, members: dict[str, bytes]) -> bytes:
    """A zip of these with one lost, renamed, cut, repeated or replaced, packed in several ways."""
    spoilt = dict(members)
    name = chance.choice(sorted(spoilt))
    kind = chance.randrange(6)
    if kind == 0:
        del spoilt[name]
    elif kind == 1:
        spoilt[chance.choice((f"{name}x", name.upper(), f"/{name}", f"../{name}"))] = spoilt.pop(
            name
        )
    elif kind == 2:
        spoilt[name] = spoilt[name][: chance.randrange(len(spoilt[name]) + 1)]
    elif kind == 3:
        spoilt[name] = spoilt[chance.choice(sorted(spoilt))]
    else:
        spoilt[name] = spoil_bytes(chance, spoilt[name], 2)
    buffer = io.BytesIO()
    how = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    with zipfile.ZipFile(buffer, "w") as archive:
        for each in chance.sample(sorted(spoilt), len(spoilt)):
            archive.writestr(each, spoilt[each], chance.choice(how))
    return buffer.getvalue()


def spoil_json(chance: Random, content: Any, most: int = 2) -> Any:
    """Up to so many parts replaced, lost, repeated, or moved among their neighbours."""
    for _ in range(chance.randint(1, most)):
        content = _at(content, chance.choice(_places(content)), _changed(chance))
    return content


def _changed(chance: Random) -> Callable[[Any], Any]:
    kind = chance.randrange(6)

    def change(part: Any) -> Any:
        if isinstance(part, dict) and part and kind < 4:
            name = chance.choice(sorted(part, key=str))
            left = {key: value for key, value in part.items() if key != name}
            return left if kind < 2 else left | {f"{name}_2": part[name]}
        if isinstance(part, list) and part and kind < 4:
            at = chance.randrange(len(part))
            return part[:at] + part[at + 1 :] if kind < 2 else [*part, part[at]]
        if isinstance(part, float) and kind < 4:
            return part + chance.choice((1e-9, 1e-5, 0.001, 0.01, 1.0))
        return chance.choice(
            (
                None,
                True,
                0,
                -1,
                7,
                1.5,
                10**400,
                "",
                "é",
                "E05013792",
                "E01004646",
                "Years",
                [],
                [0, 1],
                {},
                {"a": 1},
            )
        )

    return change


def _places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = part.keys() if isinstance(part, dict) else range(len(part) if type(part) is list else 0)
    return [path, *(place for key in keys for place in _places(part[key], (*path, key)))]


def _at(part: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    if not path:
        return change(part)
    copied = dict(part) if isinstance(part, dict) else list(part)
    copied[path[0]] = _at(copied[path[0]], path[1:], change)
    return copied
