"""A zip whose every byte follows from the names and contents of its files, read strictly.

Files are stored, not compressed. Deflate gives other bytes with another build of zlib, leaves bits
that nothing checks and makes bombs possible. Stored, each record follows from a name, a size and a
CRC: to write is to pack the records, to read is to pack them again and to require the same bytes.
So no byte is free to change, entries can't overlap, and a file takes no more room than it has in
the zip. The standard zipfile reads much that it would never write, so it can't be this strict.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from gapwatch.errors import IntegrityError
from gapwatch.publishing import told

MOST_FILES = 20_000
MOST_BYTES = 2 * 2**30
MOST_FILE_BYTES = 2**30

_MOST_LETTERS = 200
# What every system can write, and what none takes for a way out, a drive or a device.
_PART = re.compile("[a-z0-9_]([a-z0-9._-]*[a-z0-9_-])?", re.ASCII | re.IGNORECASE)
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)([.].*)?", re.ASCII | re.IGNORECASE)
_AGAIN = (
    "have the bundle sent or made again; "
    "if another program packed it, unpack it and give the folder"
)

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_MADE_BY = 3 << 8 | 20  # Unix, so that the permissions are read; version 2.0
_PERMISSIONS = 0o100644 << 16
# Version needed, flags, method, time, and 1980-01-01, the first date that a zip can tell.
_FIXED = (20, 0, 0, 0, 1 << 5 | 1)
_WORDS = (
    "signature",
    "version",
    "flags",
    "compression method",
    "time",
    "date",
    "CRC",
    "packed size",
    "size",
    "length of the name",
    "length of the extra field",
)


@dataclass(frozen=True)
class ZipEntry:
    """One file in a zip: its name, size in bytes, CRC-32, and where its record starts."""

    name: str
    size: int
    crc: int
    start: int

    @property
    def _sizes(self) -> tuple[int, ...]:
        return (self.crc, self.size, self.size, len(self.name), 0)

    def fields(self) -> tuple[bytes | int, ...]:
        """What the record before the content says."""
        return (_LOCAL_MARK, *_FIXED, *self._sizes)

    @property
    def content(self) -> int:
        """Where the content starts."""
        return self.start + _LOCAL.size + len(self.name)

    def local(self) -> bytes:
        """The record before the content."""
        return _LOCAL.pack(*self.fields()) + self.name.encode()

    def central(self) -> bytes:
        """The record in the list at the end."""
        fields = (_CENTRAL_MARK, _MADE_BY, *_FIXED, *self._sizes, 0, 0, 0, _PERMISSIONS, self.start)
        return _CENTRAL.pack(*fields) + self.name.encode()


def unsafe(files: Iterable[tuple[str, int]]) -> tuple[str, str] | None:
    """The first of the files that can't be written safely on every system, and why; else None.

    A file is its name and its size in bytes. Names are relative, with "/" between ASCII parts; two
    that differ by case only are one.
    """
    names: set[str] = set()
    folders: set[str] = set()
    total = 0
    for name, size in files:
        total += size
        much = too_much(len(names) + 1, size, total)
        if much:
            return name, much
        if len(name) > _MOST_LETTERS or not all(map(_portable, name.split("/"))):
            return name, "a name that isn't safe on every system"
        key = name.lower()
        if key in names:
            return name, "two files of this name"
        names.add(key)
        folders.update(str(parent) for parent in PurePosixPath(key).parents)
    return min(
        ((name, "a file and a folder of this name") for name in names & folders), default=None
    )


def too_much(files: int, size: int, total: int) -> str | None:
    """What is too much: the number of files, the bytes of this one or of all; None if nothing."""
    for found, most, unit in (
        (files, MOST_FILES, "files"),
        (size, MOST_FILE_BYTES, "bytes"),
        (total, MOST_BYTES, "bytes in all"),
    ):
        if found > most:
            return f"{found} {unit}, where {most} are allowed"
    return None


def _portable(part: str) -> bool:
    return bool(_PART.fullmatch(part)) and not _DEVICE.fullmatch(part)


def pack(file: BinaryIO, folder: Path, names: Iterable[str]) -> None:
    """Write the named files below `folder` as a zip."""
    entries = []
    for name in sorted(names):
        content = (folder / name).read_bytes()
        entry = ZipEntry(name, len(content), zlib.crc32(content), file.tell())
        file.write(entry.local())
        file.write(content)
        entries.append(entry)
    start = file.tell()
    for entry in entries:
        file.write(entry.central())
    file.write(_end(entries, start))


def unpack(source: Path, into: Path) -> list[str]:
    """Write the files of a zip below `into`, an empty folder; return their names.

    The whole zip is checked before anything is written. Raises IntegrityError, which names the
    file concerned, and OutputError when `into` can't be written.
    """
    with source.open("rb") as file:
        entries = _entries(file, source)
        for entry in entries:
            file.seek(entry.content)
            content = file.read(entry.size)
            path = into / entry.name
            with told(into):
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as unpacked:
                    unpacked.write(content)
    return [entry.name for entry in entries]


def fault(source: Path, name: str, expected: str, found: str) -> IntegrityError:
    """What is wrong with a file of a bundle; its name may be hostile, so it is shown in ASCII."""
    where = f"{source}: {ascii(name)[1:-1][:_MOST_LETTERS]}" if name else str(source)
    return IntegrityError(where, expected=expected, found=found, remedy=_AGAIN)


def _entries(file: BinaryIO, source: Path) -> list[ZipEntry]:
    """Every entry, from the first byte of the file to the last, each as `pack` writes it."""
    length = source.stat().st_size
    entries: list[ZipEntry] = []
    start = total = 0
    while entry := _entry(file, source, start, entries):
        entries.append(entry)
        start = entry.content + entry.size
        total += entry.size
        much = too_much(len(entries), entry.size, total)
        if much:
            raise fault(source, entry.name, "a bundle of a usual size", much)
        if start > length:
            raise fault(source, entry.name, f"{entry.size} bytes", "the end of the zip")
        if zlib.crc32(file.read(entry.size)) != entry.crc:
            raise fault(source, entry.name, "the content that was packed", "other content")
    bad = unsafe((entry.name, entry.size) for entry in entries)
    if bad:
        raise fault(source, bad[0], "a name of its own, safe on every system", bad[1])
    _require_list(file, source, entries, start)
    return entries


def _entry(file: BinaryIO, source: Path, start: int, before: Sequence[ZipEntry]) -> ZipEntry | None:
    """The entry whose record starts here; None where the list begins."""
    file.seek(start)
    record = file.read(_LOCAL.size)
    if before and record.startswith(_CENTRAL_MARK):
        return None
    if len(record) < _LOCAL.size or not record.startswith(_LOCAL_MARK):
        if not before:
            raise fault(source, "", "a zip that gapwatch packed", "something else")
        raise fault(
            source,
            before[-1].name,
            "another file, or the list of files, behind this one",
            "something else",
        )
    fields = _LOCAL.unpack(record)
    crc, _, size, letters = fields[6:10]
    name = file.read(min(letters, _MOST_LETTERS + 1)).decode("latin-1")
    entry = ZipEntry(name, size, crc, start)
    differ = [
        f"{word} {value}"
        for word, value, wanted in zip(_WORDS, fields, entry.fields(), strict=True)
        if value != wanted
    ]
    if differ:
        raise fault(source, name, "a stored file as gapwatch packs it", ", ".join(differ))
    return entry


def _require_list(file: BinaryIO, source: Path, entries: Sequence[ZipEntry], start: int) -> None:
    """The list at the end says the same of every file as the records before them, and no more."""
    file.seek(start)
    for entry in entries:
        wanted = entry.central()
        if file.read(len(wanted)) != wanted:
            raise fault(
                source,
                entry.name,
                "a regular file, listed as gapwatch lists it",
                "another list at the end of the zip",
            )
    wanted = _end(entries, start)
    if file.read(len(wanted) + 1) != wanted:
        raise fault(
            source, entries[-1].name, "the end of the zip behind its last file", "another end"
        )


def _end(entries: Sequence[ZipEntry], start: int) -> bytes:
    number = len(entries)
    length = sum(len(entry.central()) for entry in entries)
    return _END.pack(_END_MARK, 0, 0, number, number, length, start, 0)
