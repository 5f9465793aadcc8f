"""A bundle: one file that holds a BagIt bag (RFC 8493), the same bytes for the same files."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import stat
import unicodedata
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

import bagit

from gapwatch import system
from gapwatch.audit.bundle import zip as zips
from gapwatch.errors import UsageError
from gapwatch.publishing import beside, told

_MANIFEST = "manifest-sha256.txt"
_TAG_MANIFEST = "tagmanifest-sha256.txt"
_TAGS = {"bagit.txt", "bag-info.txt", _MANIFEST, _TAG_MANIFEST}
_MOST_TAG_BYTES = 10_000_000
# Any other encoding would have bagit read the manifests through a codec of the sender's choice.
_DECLARATION = re.compile(rb"BagIt-Version: (0\.97|1\.0)\nTag-File-Character-Encoding: UTF-8\n")
_LINE = re.compile("([0-9a-f]{64})  ?([!-~]+)")
# Controls, and the separators of lines and paragraphs.
_BREAKS = frozenset({"Cc", "Zl", "Zp", "Cs"})
_TAG_NAME = re.compile(r"[A-Za-z]+(-[A-Za-z]+)*")

# What it complains of is raised as an error that names the file.
logging.getLogger(bagit.__name__).setLevel(logging.CRITICAL)


def write(
    target: Path,
    files: Mapping[str, bytes | Path],
    info: Mapping[str, str],
    *,
    private: bool = False,
) -> None:
    """Write a bag that holds `files`, by payload name, as a zip at `target`, whole or not at all.

    `info` is the content of bag-info.txt; Bagging-Date must be in it, since nothing is taken from
    the clock. The folder inside is named after its External-Identifier, so that the file's own
    name changes no byte; `private` leaves the file open to its owner alone. bagit changes the
    working folder for a moment, so this isn't for threads.
    Raises UsageError for names, tags or sizes that `read` would refuse, and OutputError.
    """
    named = info.get("External-Identifier", target.stem)
    top = re.sub("[^a-z0-9]+", "-", named.lower())[:100].strip("-")
    _require_files(target, top, files)
    _require_info(target, info)
    with told(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        with beside(target, ".bundling-") as building:
            root = building / top
            for name, content in files.items():
                _put(root / name, content)
            agent = {"Bag-Software-Agent": f"gapwatch {metadata.version('gapwatch')}"}
            bagit.make_bag(root, agent | dict(info), checksums=["sha256"])
            # bagit lists the tag files in the order in which the disk has them.
            listed = (root / _TAG_MANIFEST).read_bytes().splitlines(keepends=True)
            (root / _TAG_MANIFEST).write_bytes(b"".join(sorted(listed)))
            packed = root.parent / "packed"
            with packed.open("xb") as file:
                names = (*_TAGS, *(f"data/{name}" for name in files))
                zips.pack(file, root.parent, [f"{top}/{name}" for name in names])
                file.flush()
                system.flush(file.fileno())
            if private:
                system.make_private(packed)
            packed.replace(target)


def read(source: Path, into: Path) -> dict[str, Path]:
    """Check a bundle, unpack it into the empty folder `into`, and return its payload by name.

    `source` may also be a folder that is a bag: it is checked where it is. A bag holds what its
    manifest lists and the four tag files that `write` makes, and no other file. Raises
    IntegrityError, which names the file that is unsafe, missing, changed or extra; UsageError when
    there is no bundle or `into` isn't empty; OutputError when `into` can't be written.
    """
    if not source.is_file() and not source.is_dir():
        raise UsageError(
            str(source),
            expected="a bundle",
            found="no such file or folder",
            remedy="correct its name",
        )
    try:
        root, names = (source, _walk(source)) if source.is_dir() else _unpack(source, into)
        _require_bag(source, root, names)
    except OSError as error:
        raise zips.fault(
            source, str(error.filename or ""), "a file that can be read", str(error.strerror)
        ) from error
    return {name.removeprefix("data/"): root / name for name in names if name not in _TAGS}


def _require_files(target: Path, top: str, files: Mapping[str, bytes | Path]) -> None:
    tags = [(f"{top}/{name}", _MOST_TAG_BYTES) for name in sorted(_TAGS)]
    payload = [(f"{top}/data/{name}", _size(target, name, files[name])) for name in sorted(files)]
    bad = zips.unsafe((*tags, *payload))
    if bad or not files:
        raise UsageError(
            str(target),
            expected="files to bundle, each of its own name, safe on every system",
            found=f"{bad[0]!a}: {bad[1]}" if bad else "none",
            remedy="bundle other files, or give them other names",
        )


def _size(target: Path, name: str, content: bytes | Path) -> int:
    if isinstance(content, bytes):
        return len(content)
    if not content.is_file():
        raise UsageError(
            str(target),
            expected=f"a file to bundle as {name}",
            found=f"none at {content}",
            remedy="bundle a file that is there",
        )
    return content.stat().st_size


def _is_line(value: str) -> bool:
    """Whether a value can stand in a line; what sets a name from right to left apart may stay."""
    return value == value.strip() and not any(unicodedata.category(c) in _BREAKS for c in value)


def _require_info(target: Path, info: Mapping[str, str]) -> None:
    for name, value in info.items():
        if not (_TAG_NAME.fullmatch(name) and _is_line(value)):
            raise UsageError(
                str(target),
                expected="tags of words joined by hyphens, each of one line",
                found=f"{name!a}: {value!a}",
                remedy="correct the tag",
            )
    if "Bagging-Date" not in info:
        raise UsageError(
            str(target),
            expected="the tag Bagging-Date",
            found="none",
            remedy="give the date of the release",
        )


def _put(path: Path, content: bytes | Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        shutil.copyfile(content, path)


def _walk(root: Path) -> list[str]:
    """Names of all files below a folder, which must be regular ones; no link is followed."""
    found = []
    for folder, folders, files in os.walk(root, onerror=_raise):
        for path in (Path(folder, name) for name in (*folders, *files)):
            name = path.relative_to(root).as_posix()
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):
                found.append((name, status.st_size))
            elif not stat.S_ISDIR(status.st_mode):
                raise zips.fault(root, name, "a regular file", "a link, a device or a pipe")
    bad = zips.unsafe(sorted(found))
    if bad:
        raise zips.fault(root, bad[0], "a name of its own, safe on every system", bad[1])
    return [name for name, _ in sorted(found)]


def _raise(error: OSError) -> None:
    raise error


def _unpack(source: Path, into: Path) -> tuple[Path, list[str]]:
    """The folder of the bag that a zip holds, and the names of its files."""
    if not into.is_dir() or any(into.iterdir()):
        raise UsageError(
            str(into),
            expected="an empty folder to unpack into",
            found="none",
            remedy="name an empty folder",
        )
    names = zips.unpack(source, into)
    tops = sorted({name.partition("/")[0] for name in names})
    if len(tops) != 1 or tops[0] in names:
        raise zips.fault(source, tops[-1], "one folder that holds all", " and ".join(tops[:5]))
    return into / tops[0], [name.removeprefix(f"{tops[0]}/") for name in names]


def _require_bag(source: Path, root: Path, names: Iterable[str]) -> None:
    """Check what bagit lets pass, then let bagit check all of it."""
    payload = {name for name in names if name.startswith("data/")}
    if not payload:
        raise zips.fault(source, "data", "at least one file", "none")
    for name in sorted(_TAGS ^ (set(names) - payload)):
        found = "none" if name in _TAGS else "a file that no bag of gapwatch has"
        raise zips.fault(source, name, f"only the tag files {', '.join(sorted(_TAGS))}", found)
    for name in sorted(_TAGS):
        if (root / name).stat().st_size > _MOST_TAG_BYTES:
            raise zips.fault(source, name, f"at most {_MOST_TAG_BYTES} bytes", "more")
    _require_listed(source, root, _TAG_MANIFEST, _TAGS - {_TAG_MANIFEST})
    _require_listed(source, root, _MANIFEST, payload)
    if not _DECLARATION.fullmatch((root / "bagit.txt").read_bytes()):
        raise zips.fault(source, "bagit.txt", "BagIt version 0.97 or 1.0 in UTF-8", "another text")
    size = sum((root / name).stat().st_size for name in payload)
    try:
        bag = bagit.Bag(str(root))
        oxum = bag.info.get("Payload-Oxum")
        if oxum != f"{size}.{len(payload)}":
            raise zips.fault(
                source, "bag-info.txt", f"Payload-Oxum: {size}.{len(payload)}", ascii(oxum)
            )
        bag.validate()
    except (bagit.BagError, ValueError) as error:
        raise zips.fault(source, "bag-info.txt", "a valid bag", ascii(str(error))) from error


def _require_listed(source: Path, root: Path, manifest: str, names: set[str]) -> None:
    """A manifest lists these files and no other, each once with its SHA-256."""
    content = (root / manifest).read_bytes()
    *lines, rest = content.decode("latin-1").split("\n")
    listed = {match[2]: match[1] for match in map(_LINE.fullmatch, lines) if match}
    if rest or len(listed) != len(lines):
        raise zips.fault(
            source, manifest, "a SHA-256 and a name a line, each name once", "another line"
        )
    for name in sorted(names ^ listed.keys()):
        raise zips.fault(
            source,
            name,
            f"the files that {manifest} lists",
            "an extra file" if name in names else "none",
        )
    for name, sha in sorted(listed.items()):
        with (root / name).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha:
            raise zips.fault(source, name, f"SHA-256 {sha}, from {manifest}", found)
