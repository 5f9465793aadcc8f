"""The files of the site that stands beside the releases: their list, its check, their laying out.

    site.json                       the list: every file with its SHA-256, and what the site offers
    index.html, feed.xml            all releases, newest first
    latest/, archive/YEAR/          the newest release of each study; those of a year
    pages/RELEASE/                  a release's page, pictures to share, citation, board kit

Nothing is added to a release's own folder, which is sealed. A file that no list names is somebody
else's: it is never replaced or removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic import ValidationError as PydanticError

from gapwatch.durable import is_cut_json, is_torn, make_folder, sync_file, sync_folder
from gapwatch.errors import IntegrityError, OutputError

LIST = "site.json"
FOLDERS = ("archive", "latest", "pages")
PLACES = frozenset({LIST, "index.html", "feed.xml", *FOLDERS})
"""Names beside the releases that are the site's."""

_MOST_BYTES = 50_000_000
_AGAIN = "lay the site out again with `gapwatch site`"
_FOREIGN = f"move it away, and {_AGAIN}"
_BEGINS = b'{\n "files": {'
"""How every list begins, as `_written` writes it: enough to know a torn or edited one by."""
_Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_Release = Annotated[str, StringConstraints(pattern="^[a-z0-9][a-z0-9-]{0,150}$")]
_Name = Annotated[
    str,
    StringConstraints(
        pattern=r"^([a-z0-9][a-z0-9-]{0,150}/){0,3}[A-Za-z0-9][A-Za-z0-9_-]{0,150}\.[a-z0-9]{1,10}$"
    ),
]


class _SitePart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_SitePart):
    """One file; `drawn_from` is a hash of all that decides a picture, "" for any other file."""

    sha256: _Sha256
    bytes: int = Field(ge=0)
    drawn_from: str = ""


class OfferedSite(_SitePart):
    """What a site offers: releases that stand, those that were retired, the newest by study."""

    schema_version: Literal[1] = 1
    standing: tuple[_Release, ...]
    retired: tuple[_Release, ...]
    newest: dict[_Release, _Release]
    files: dict[_Name, Item]
    seal: str = ""  # SHA-256 of all the rest, as it is written

    def content(self) -> bytes:
        """The list as it is written, sealed."""
        document = self.model_dump(mode="json", exclude_defaults=True, exclude={"seal"})
        seal = hashlib.sha256(_written(document)).hexdigest()
        return _written({**document, "seal": seal})


@dataclass(frozen=True)
class Made:
    """A site as it is to be: the list, and the bytes of each file that isn't kept as it is.

    `with_releases` says whether the releases themselves are copied into it.
    """

    site: OfferedSite
    files: Mapping[str, bytes]
    with_releases: bool = False

    def content(self, name: str) -> bytes:
        """The bytes of a file that isn't kept as it is, or of the list."""
        return self.site.content() if name == LIST else self.files[name]


@dataclass(frozen=True)
class Changes:
    """Names of what to write and what to remove, so that a folder holds a site."""

    write: tuple[str, ...]
    remove: tuple[str, ...]


def _written(document: Mapping[str, object]) -> bytes:
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode()


def item(content: bytes, drawn_from: str = "") -> Item:
    """A file's entry in the list."""
    return Item(
        sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), drawn_from=drawn_from
    )


def read(folder: Path) -> OfferedSite | None:
    """The list of the site in a folder; None where there is none. IntegrityError when not ours."""
    path = folder / LIST
    if not path.exists() and not path.is_symlink():
        return None
    try:
        if path.is_symlink() or path.stat().st_size > _MOST_BYTES:
            raise ValueError("no plain file of a fitting size")
        content = path.read_bytes()
        site = OfferedSite.model_validate_json(content)
    except (OSError, ValueError, PydanticError) as error:
        remedy = _AGAIN if _begins_as_ours(path) else _FOREIGN
        raise _wrong(path, "a list of the site's files", type(error).__name__, remedy) from error
    if site.content() != content:
        raise _wrong(path, "the list as it was written", "one that was edited")
    return site


def is_whole(folder: Path, name: str, told: Item) -> bool:
    """Whether a file is as the list says."""
    path = folder / name
    if not _is_plain(folder, name) or path.stat().st_size != told.bytes:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == told.sha256


def problems(folder: Path) -> list[IntegrityError]:
    """Every file of the site that isn't as it was laid out, and every one that isn't its own."""
    try:
        site = read(folder)
    except IntegrityError as error:
        return [error]
    files = dict(site.files) if site else {}
    found = [
        _wrong(folder / name, f"{told.bytes} bytes, sha256 {told.sha256}", _state(folder, name))
        for name, told in sorted(files.items())
        if not is_whole(folder, name, told)
    ]
    folders = {parent for name in files for parent in folders_above(name)}
    for name, is_folder in _there(folder):
        if name != LIST and name not in (folders if is_folder else files):
            what = "another folder" if is_folder else "another file"
            found.append(
                _wrong(folder / name, f"only files that {LIST} names", what, "move it away")
            )
    return found


def changes(folder: Path, made: Made) -> Changes:
    """What must be written and removed. OutputError where a file that no list names is in the way.

    A file of the site that was edited is laid out again. A release stays, though the list of a site
    that it was copied with names its files: only another such site takes it away.
    """
    before = _owned(folder)
    write = []
    for name in sorted({*made.files, LIST}):
        there = folder / name
        if _is_plain(folder, name) and there.read_bytes() == made.content(name):
            continue
        if (there.exists() or there.is_symlink()) and name not in before:
            raise _in_the_way(there)
        for parent in folders_above(name):
            above = folder / parent
            if above.is_symlink() or (above.exists() and not above.is_dir()):
                raise _in_the_way(above)
        write.append(name)
    gone = sorted(before - set(made.site.files) - {LIST})
    if not made.with_releases:
        gone = [name for name in gone if name.partition("/")[0] in PLACES]
    return Changes(tuple(write), tuple(name for name in gone if _is_plain(folder, name)))


def lay(folder: Path, made: Made) -> Changes:
    """Have a folder hold a site: file by file, each whole, the list last; return what changed.

    Cut short, the next time finds every file of either site in the list, and goes on.
    """
    found = changes(folder, made)
    make_folder(folder)
    if not found.write and not found.remove:
        return found
    # Until all is done the list names the files of both, so that none is taken for another's.
    going = {name: made.site.files.get(name, item(b"")) for name in _owned(folder) - {LIST}}
    both = made.site.model_copy(update={"files": {**going, **made.site.files}})
    _write(folder, LIST, both.content())
    for name in sorted(found.write, key=lambda name: (name == LIST, name)):
        _write(folder, name, made.content(name))
    for name in found.remove:
        (folder / name).unlink(missing_ok=True)
    prune(folder, found.remove)
    _write(folder, LIST, made.site.content())
    return found


def prune(folder: Path, removed: tuple[str, ...]) -> None:
    """Remove folders that held removed files alone."""
    for name in removed:
        for parent in reversed(folders_above(name)):
            with contextlib.suppress(OSError):  # something else is in it
                (folder / parent).rmdir()


def _write(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    make_folder(path.parent)
    aside = path.with_name(f".building-{os.getpid()}-{path.name}")
    try:
        aside.write_bytes(content)
        sync_file(aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    sync_folder(path.parent)


def _owned(folder: Path) -> frozenset[str]:
    """Files that an earlier site wrote: the list and those it names, or all where it was torn.

    Of a list that was edited only the list itself: it may name anything. Of somebody else's file
    of that name nothing.
    """
    path = folder / LIST
    try:
        site = read(folder)
    except IntegrityError:
        if not _begins_as_ours(path):
            return frozenset({LIST}) if _is_edited(path) else frozenset()
        if is_torn(path) or is_cut_json(path.read_bytes()):
            return frozenset(name for name, is_folder in _there(folder) if not is_folder)
        return frozenset({LIST})
    return frozenset({LIST, *site.files}) if site else frozenset()


def _begins_as_ours(path: Path) -> bool:
    """Whether a file begins as a list does, or is as much of that as a power cut leaves."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            start = file.read(len(_BEGINS)).rstrip(b"\0")
    except OSError:
        return False
    return _BEGINS.startswith(start)


def _is_edited(path: Path) -> bool:
    """Whether a file is a list of ours that something wrote otherwise, such as an editor."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_BYTES:
        return False
    try:
        OfferedSite.model_validate_json(path.read_bytes())
    except PydanticError:
        return False
    return True


def _there(folder: Path) -> Iterator[tuple[str, bool]]:
    """Everything at the site's names, and whether it is a folder; links count as files."""
    for place in sorted(PLACES):
        top = folder / place
        if top.is_symlink() or top.exists():
            below = sorted(top.rglob("*")) if top.is_dir() and not top.is_symlink() else []
            for path in (top, *below):
                yield path.relative_to(folder).as_posix(), path.is_dir() and not path.is_symlink()


def _is_plain(folder: Path, name: str) -> bool:
    """Whether a name is that of a plain file, below plain folders."""
    path = folder / name
    if path.is_symlink() or not path.is_file():
        return False
    return not any((folder / parent).is_symlink() for parent in folders_above(name))


def folders_above(name: str) -> list[str]:
    """The folders that a name of a file, written with /, lies in: the outermost first."""
    parts = name.split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _state(folder: Path, name: str) -> str:
    if not _is_plain(folder, name):
        return "no such file" if not (folder / name).exists() else "no plain file"
    content = (folder / name).read_bytes()
    return f"{len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}"


def _in_the_way(path: Path) -> OutputError:
    return OutputError(
        str(path),
        expected="room for the site of releases",
        found="something that no earlier site wrote",
        remedy="move it away, or keep it elsewhere, and run again; nothing was changed",
    )


def _wrong(path: Path, expected: str, found: str, remedy: str = _AGAIN) -> IntegrityError:
    return IntegrityError(str(path), expected=expected, found=found, remedy=remedy)
