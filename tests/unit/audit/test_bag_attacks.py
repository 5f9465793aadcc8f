"""Hostile and broken bundles: each is refused by the name of the file, and nothing gets out."""

from __future__ import annotations

import hashlib
import io
import os
import random
import re
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bagit
import pytest

from gapwatch.audit.bundle import bag as bags
from gapwatch.audit.bundle import zip as zips
from gapwatch.errors import IntegrityError

PAYLOAD = {"release/report.html": b"<p>8.9 years</p>\n", "snapshot/gap.csv": b"a,b\n1,2\n"}
INFO = {"Bagging-Date": "2026-11-23"}
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
PERMISSIONS = 0o100644 << 16


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """An empty folder among others, which must stay as they are."""
    folder = tmp_path / "deep" / "deeper" / "into"
    folder.mkdir(parents=True)
    return folder


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def lines(files: dict[str, bytes]) -> bytes:
    return "".join(f"{sha256(files[name])}  {name}\n" for name in sorted(files)).encode()


def bag(**changes: bytes | None) -> dict[str, bytes]:
    """The files of a valid bag, some changed or left out before the tag manifest is made."""
    payload = {f"data/{name}": content for name, content in PAYLOAD.items()}
    size = sum(map(len, payload.values()))
    tags: dict[str, bytes | None] = {
        "bagit.txt": b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": f"Bagging-Date: 2026-11-23\nPayload-Oxum: {size}.{len(payload)}\n".encode(),
        MANIFEST: lines(payload),
    }
    known = {name: content for name, content in (tags | changes).items() if content is not None}
    tag_manifest = lines({name: known[name] for name in known if not name.startswith("data/")})
    return {TAG_MANIFEST: tag_manifest} | payload | known


def info(name: str, **fields: Any) -> zipfile.ZipInfo:
    """What the standard library needs to know to pack a file as gapwatch does."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = PERMISSIONS
    entry.create_system = 3
    for field, value in fields.items():
        setattr(entry, field, value)
    return entry


def packed(files: dict[str, bytes], *more: tuple[zipfile.ZipInfo, bytes], top: str = "b/") -> bytes:
    """A zip of files, and of more entries behind them, from the standard library."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as target:
        for name in sorted(files):
            target.writestr(info(f"{top}{name}"), files[name])
        for entry, content in more:
            target.writestr(entry, content)
    return memory.getvalue()


def refused(tmp_path: Path, into: Path, content: bytes, name: str, found: str = ".") -> None:
    """The bundle is refused with exit code 5, the file is named, and nothing appears outside."""
    source = tmp_path / "b.zip"
    source.write_bytes(content)
    before = outside(tmp_path, into)
    with pytest.raises(IntegrityError, match=found) as caught:
        bags.read(source, into)
    assert caught.value.exit_code == 5
    assert caught.value.where == (f"{source}: {name}" if name else str(source))
    assert outside(tmp_path, into) == before
    assert not any(path.is_symlink() for path in into.rglob("*"))


def outside(tmp_path: Path, into: Path) -> dict[Path, bytes]:
    return {
        path: path.read_bytes() if path.is_file() else b""
        for path in tmp_path.rglob("*")
        if not path.is_relative_to(into)
    }


def test_the_standard_library_packs_a_bundle_that_is_read(tmp_path: Path, into: Path) -> None:
    """So what the other tests change is what is refused."""
    (tmp_path / "b.zip").write_bytes(packed(bag()))
    found = bags.read(tmp_path / "b.zip", into)
    assert {name: path.read_bytes() for name, path in found.items()} == PAYLOAD


def test_every_byte_matters(tmp_path: Path, into: Path) -> None:
    source = tmp_path / "b.zip"
    bags.write(source, PAYLOAD, INFO)
    good = source.read_bytes()
    chance = random.Random(2035)
    unseen = []
    with source.open("r+b", buffering=0) as file:
        for place in (*range(len(good)), *range(len(good))):
            file.seek(place)
            file.write(bytes([good[place] ^ chance.randrange(1, 256)]))
            try:
                bags.read(source, into)
            except IntegrityError:
                assert not any(into.iterdir())
            else:
                unseen.append(place)
                shutil.rmtree(into)
                into.mkdir()
            file.seek(place)
            file.write(good[place : place + 1])
    assert len(good) > 1_000
    assert unseen == []
    assert bags.read(source, into).keys() == PAYLOAD.keys()


def test_a_bundle_that_is_cut_or_has_more_is_refused(tmp_path: Path, into: Path) -> None:
    source = tmp_path / "b.zip"
    bags.write(source, PAYLOAD, INFO)
    good = source.read_bytes()
    cuts = [good[:length] for length in range(0, len(good), 7)]
    for changed in (
        *cuts,
        good[:-1],
        good + b"\0",
        b"\0" + good,
        good + good,
        b"#!/bin/sh\n" + good,
    ):
        source.write_bytes(changed)
        with pytest.raises(IntegrityError, match=re.escape(str(source))):
            bags.read(source, into)
        assert not any(into.iterdir())


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip" * 9, b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_zip_is_refused(tmp_path: Path, into: Path, content: bytes) -> None:
    refused(tmp_path, into, content, "", "a zip")


@pytest.mark.parametrize(
    "name",
    [
        "../out",
        "b/../../out",
        "b/data/../../../out",
        "/etc/out",
        "//host/out",
        "c:/out",
        "b/c:out",
        "b/data//out",
        "b/data/",
        "b/./out",
        "b/data/a\nb",
        "b/data/\x1b[2J",
        "b/data/a b",
        "b/data/nul",
        "b/data/com1.csv",
        "b/data/out.",
        "b/data/~",
        "b/data/" + "x" * 194,
    ],
)
def test_an_unsafe_name_is_refused(tmp_path: Path, into: Path, name: str) -> None:
    content = packed(bag(), (info(name), b"out"))
    refused(tmp_path, into, content, ascii(name)[1:-1][:200], "isn't safe on every system")


@pytest.mark.parametrize(
    "raw", [b"b\\data\\out", b"b/data/\x00out", b"b/data/\xff\xfe", b"b/d\xc3\xa9"]
)
def test_an_unsafe_name_that_libraries_do_not_write_is_refused(
    tmp_path: Path, into: Path, raw: bytes
) -> None:
    good = packed(bag(), (info("x" * len(raw)), b"out"))
    name = ascii(raw.decode("latin-1"))[1:-1]
    refused(tmp_path, into, good.replace(b"x" * len(raw), raw), name, "isn't safe")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("b/data/snapshot/gap.csv", "two files"),
        ("b/data/Snapshot/GAP.csv", "two files"),
        ("b/data/snapshot/gap.csv/x", "a file and a folder"),
        ("b/data/snapshot", "a file and a fold"),
        ("B", "a file and a folder"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_collide_are_refused(tmp_path: Path, into: Path, name: str, found: str) -> None:
    culprit = "b/data/snapshot/gap.csv" if name.endswith("/x") else name.replace("B", "b")
    culprit = name if found == "two files" else culprit
    refused(tmp_path, into, packed(bag(), (info(name), b"out")), culprit, found)


@pytest.mark.parametrize(
    "attributes",
    [
        0o120777 << 16,
        0o020644 << 16,
        0o010644 << 16,
        0o040755 << 16,
        0o104755 << 16,
        0o100755 << 16,
        PERMISSIONS | 0x10,
        0,
    ],
)
def test_what_is_not_a_plain_regular_file_is_refused(
    tmp_path: Path, into: Path, attributes: int
) -> None:
    entry = info("b/data/x", external_attr=attributes)
    refused(tmp_path, into, packed(bag(), (entry, b"/etc/passwd")), "b/data/x", "a regular file")
    assert not any(into.iterdir())


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"compress_type": zipfile.ZIP_DEFLATED}, "compression method 8"),
        ({"compress_type": zipfile.ZIP_BZIP2}, "compression method 12"),
        ({"compress_type": zipfile.ZIP_LZMA}, "compression method 14"),
        ({"date_time": (2026, 11, 23, 12, 0, 0)}, "time 24576, date "),
        ({"extra": b"\x55\x54\x01\x00\x00"}, "length of the extra field 5"),
        ({"extract_version": 63}, "version 63"),
        ({"create_system": 0}, "another list"),
        ({"comment": b"hello"}, "another list"),
    ],
)
def test_an_entry_of_another_kind_is_refused(
    tmp_path: Path, into: Path, fields: dict[str, Any], found: str
) -> None:
    entry = info("b/data/x", **fields)
    refused(tmp_path, into, packed(bag(), (entry, b"x" * 99)), "b/data/x", found)


def changed(at: int, form: str, value: int, listed: int) -> bytes:
    """A good zip whose last entry says something else in its record and in the list."""
    good = bytearray(packed(bag(), (info("b/data/x"), b"x" * 99)))
    struct.pack_into(form, good, good.rindex(b"PK\x03\x04") + at, value)
    struct.pack_into(form, good, good.rindex(b"PK\x01\x02") + listed, value)
    return bytes(good)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (changed(6, "<H", 0x1, 8), "flags 1"),
        (changed(6, "<H", 0x41, 8), "flags 65"),
        (changed(6, "<H", 0x8, 8), "flags 8"),
        (changed(8, "<H", 99, 10), "compression method 99"),
        (changed(22, "<I", 98, 24), "packed size 99"),
        (changed(18, "<I", 98, 20), "packed size 98"),
        (changed(14, "<I", 1, 16), "other content"),
        (changed(26, "<H", 9, 28), "content|this one"),
    ],
    ids=[
        "encrypted",
        "strongly encrypted",
        "size behind the content",
        "unknown method",
        "size",
        "packed size",
        "CRC",
        "length of the name",
    ],
)
def test_an_entry_that_lies_is_refused(
    tmp_path: Path, into: Path, content: bytes, found: str
) -> None:
    name = "b/data/xx" if "this one" in found else "b/data/x"
    refused(tmp_path, into, content, name, found)


@pytest.mark.parametrize(
    ("size", "found"),
    [
        (98, "other content"),
        (100, "other content"),
        (2**20, "the end of the zip"),
        (2**30, "the end of the zip"),
        (2**30 + 1, "1073741825 bytes"),
        (2**32 - 1, "bytes, where"),
    ],
)
def test_a_size_that_is_not_that_of_the_content_is_refused(
    tmp_path: Path, into: Path, size: int, found: str
) -> None:
    good = bytearray(packed(bag(), (info("b/data/x"), b"x" * 99)))
    struct.pack_into("<II", good, good.rindex(b"PK\x03\x04") + 18, size, size)
    struct.pack_into("<II", good, good.rindex(b"PK\x01\x02") + 20, size, size)
    refused(tmp_path, into, bytes(good), "b/data/x", found)
    assert not any(into.iterdir())


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path, into: Path) -> None:
    """A list that names one content twice: a bomb without compression."""
    good = packed(bag(), (info("b/data/x"), b"x" * 99))
    start = good.index(b"PK\x01\x02")
    last, end = good.rindex(b"PK\x01\x02"), good.rindex(b"PK\x05\x06")
    listed = good[start:last] + 9 * good[last:end]
    number = listed.count(b"PK\x01\x02")
    bomb = (
        good[:start]
        + listed
        + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, number, number, len(listed), start, 0)
    )
    # Older Pythons' own reader sees nothing in it, later ones do.
    assert zipfile.ZipFile(io.BytesIO(bomb)).testzip() in (None, "b/data/x")
    refused(tmp_path, into, bomb, "b/data/x", "another end")


def test_a_compression_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, into: Path) -> None:
    entry = info("b/data/x", compress_type=zipfile.ZIP_DEFLATED)
    refused(tmp_path, into, packed(bag(), (entry, bytes(50_000_000))), "b/data/x", "method 8")
    assert not any(into.iterdir())


@pytest.mark.parametrize(
    ("limit", "value", "name", "found"),
    [
        ("MOST_FILES", 3, "b/data/snapshot/gap.csv", "4 files"),
        ("MOST_FILE_BYTES", 100, "b/manifest-sha256.txt", "bytes, where"),
        ("MOST_BYTES", 400, "b/tagmanifest-sha256.txt", "bytes in all"),
    ],
)
def test_too_much_is_refused_before_it_is_unpacked(
    tmp_path: Path,
    into: Path,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    value: int,
    name: str,
    found: str,
) -> None:
    monkeypatch.setattr(zips, limit, value)
    # Without its list, so that what is behind the first file too many can't have been read.
    content = packed(bag())
    refused(tmp_path, into, content[: content.index(b"PK\x01\x02")], name, found)
    assert not any(into.iterdir())


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (packed(bag(), top=""), "tagmanifest-sha256.txt"),
        (packed(bag(), (info("c/x"), b"")), "c"),
        (packed({"x": b""}, top=""), "x"),
    ],
    ids=["none", "two", "a file"],
)
def test_a_bundle_has_one_top_folder(tmp_path: Path, into: Path, content: bytes, name: str) -> None:
    refused(tmp_path, into, content, name, "one folder")


REPORT = b"data/release/report.html"
GOOD = bag()
BROKEN = [
    (bag(**{"data/release/report.html": b"<p>9.8 years</p>\n"}), "data/release/report.html"),
    (bag(**{"data/release/report.html": b"<p>longer years</p>\n"}), "data/release/report.html"),
    (bag(**{"data/release/report.html": None}) | {"data/x": b"x"}, "data/x"),
    (bag(**{"data/extra.csv": b""}), "data/extra.csv"),
    (GOOD | {"bag-info.txt": GOOD["bag-info.txt"] + b"A: b\n"}, "bag-info.txt"),
    (GOOD | {"bagit.txt": GOOD["bagit.txt"] + b"\n"}, "bagit.txt"),
    (GOOD | {MANIFEST: GOOD[MANIFEST] + b"\n"}, MANIFEST),
    (GOOD | {TAG_MANIFEST: GOOD[TAG_MANIFEST].replace(b"a", b"A")}, TAG_MANIFEST),
    (
        GOOD | {TAG_MANIFEST: lines({name: GOOD[name] for name in ("bagit.txt", MANIFEST)})},
        "bag-info.txt",
    ),
    (GOOD | {TAG_MANIFEST: b""}, "bag-info.txt"),
    (bag(**{"fetch.txt": b"https://example.org/x 1 data/x\n"}), "fetch.txt"),
    (bag(**{"notes/more.txt": b""}), "notes/more.txt"),
    (bag(**{MANIFEST: None, "manifest-md5.txt": b""}), "manifest-md5.txt"),
    (bag(**{"manifest-md5.txt": b"0" * 32 + b"  data/release/report.html\n"}), "manifest-md5.txt"),
    *((bag(**{name: None}), name) for name in ("bagit.txt", "bag-info.txt", MANIFEST)),
    ({name: GOOD[name] for name in GOOD if name != TAG_MANIFEST}, TAG_MANIFEST),
    ({name: GOOD[name] for name in GOOD if not name.startswith("data/")}, "data"),
    ({name: GOOD[name] for name in GOOD if REPORT.decode() != name}, "data/release/report.html"),
]


@pytest.mark.parametrize(("files", "name"), BROKEN)
def test_a_bag_with_a_file_missing_changed_or_extra_is_refused(
    tmp_path: Path, into: Path, files: dict[str, bytes], name: str
) -> None:
    refused(tmp_path, into, packed(files), name)


HOSTILE = {
    "climbs out": (b"release/report.html", b"../../../out.html"),
    "is absolute": (REPORT, b"/etc/passwd"),
    "is in a home": (REPORT, b"~/.profile"),
    "is another spelling": (REPORT, b"data/./release/report.html"),
    "is percent-encoded": (REPORT, b"data/release%0Areport.html"),
    "has a star": (REPORT, b"*" + REPORT),
    "has no path": (REPORT, b""),
    "has no hash": (sha256(PAYLOAD["release/report.html"]).encode(), b""),
    "has a short hash": (sha256(PAYLOAD["release/report.html"]).encode(), b"abc"),
    "has bytes that are no text": (REPORT, b"data/\xff\xfe\xc3"),
    "has a NUL": (REPORT, b"data/\x00"),
    "has a mark before it": (sha256(PAYLOAD["release/report.html"]).encode(), b"\xef\xbb\xbfabc"),
    "is a comment": (sha256(PAYLOAD["release/report.html"]).encode(), b"# "),
    "ends in a carriage return": (b"\n", b"\r\n"),
    "has no end": (b"gap.csv\n", b"gap.csv"),
    "is cut": (b"gap.csv\n", b"gap.csv\nabc"),
}


@pytest.mark.parametrize("fault", HOSTILE)
def test_a_manifest_with_a_line_that_does_not_belong_is_refused(
    tmp_path: Path, into: Path, fault: str
) -> None:
    old, new = HOSTILE[fault]
    content = GOOD[MANIFEST].replace(old, new)
    assert content != GOOD[MANIFEST]
    (tmp_path / "b.zip").write_bytes(packed(bag(**{MANIFEST: content})))
    before = outside(tmp_path, into)
    with pytest.raises(IntegrityError, match=r"manifest-sha256\.txt|passwd|out\.html"):
        bags.read(tmp_path / "b.zip", into)
    assert outside(tmp_path, into) == before


def test_a_file_that_is_listed_twice_is_refused(tmp_path: Path, into: Path) -> None:
    first = GOOD[MANIFEST].splitlines(keepends=True)[0]
    refused(tmp_path, into, packed(bag(**{MANIFEST: GOOD[MANIFEST] + first})), MANIFEST)


@pytest.mark.parametrize(
    "content",
    [
        b"BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8\n",
        b"BagIt-Version: 0.97\nTag-File-Character-Encoding: utf-7\n",
        b"BagIt-Version: 0.97\nTag-File-Character-Encoding: zip\n",
        b"BagIt-Version: 0.93\nTag-File-Character-Encoding: UTF-8\n",
        b"\xef\xbb\xbfBagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n",
        b"BagIt-Version: \xff\n",
        b"",
    ],
)
def test_a_declaration_of_another_version_or_encoding_is_refused(
    tmp_path: Path, into: Path, content: bytes
) -> None:
    refused(tmp_path, into, packed(bag(**{"bagit.txt": content})), "bagit.txt", "UTF-8")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Payload-Oxum: 1.2\n",
        b"Payload-Oxum: 25\n",
        b"Payload-Oxum: \xc2\xb2.2\n",
        b"Payload-Oxum: 25.2\nPayload-Oxum: 25.2\n",
        b"no colon\nPayload-Oxum: 25.2\n",
        b"\xff: x\n",
        b"Payload-Oxum: 25.2\nA: \xed\xa0\x80\n",
    ],
)
def test_bag_info_that_is_malformed_or_counts_otherwise_is_refused(
    tmp_path: Path, into: Path, content: bytes
) -> None:
    good = packed(bag(**{"bag-info.txt": b"Payload-Oxum: 25.2\n"}))
    (into / "good").mkdir()
    (tmp_path / "good.zip").write_bytes(good)
    assert bags.read(tmp_path / "good.zip", into / "good").keys() == PAYLOAD.keys()
    (inner := into / "bad").mkdir()
    refused(tmp_path, inner, packed(bag(**{"bag-info.txt": content})), "bag-info.txt")


def test_what_bagit_refuses_is_refused(
    tmp_path: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: bagit.Bag) -> None:
        raise bagit.BagValidationError("no bag")

    # bagit is asked last, as a second opinion: no bag is known that it alone refuses.
    monkeypatch.setattr(bagit.Bag, "validate", refuse)
    refused(tmp_path, into, packed(bag()), "bag-info.txt", "no bag")


def test_a_tag_file_of_a_size_that_none_has_is_refused(tmp_path: Path, into: Path) -> None:
    content = GOOD["bag-info.txt"] + b"A: " + b"b" * 10_000_000 + b"\n"
    refused(tmp_path, into, packed(bag(**{"bag-info.txt": content})), "bag-info.txt", "at most")


def link(folder: Path) -> str:
    (folder / "data/link.csv").symlink_to("/etc/passwd")
    return "data/link.csv"


def link_inside(folder: Path) -> str:
    (folder / "data/release/report.html").rename(folder / "data/moved.html")
    (folder / "data/release/report.html").symlink_to("../moved.html")
    return "data/release/report.html"


def link_folder(folder: Path) -> str:
    (folder / "data/folder").symlink_to(folder.parent)
    return "data/folder"


def link_tag(folder: Path) -> str:
    (folder / "bag-info.txt").rename(folder.parent / "elsewhere.txt")
    (folder / "bag-info.txt").symlink_to("../elsewhere.txt")
    return "bag-info.txt"


def pipe(folder: Path) -> str:
    os.mkfifo(folder / "data/pipe")
    return "data/pipe"


def change(folder: Path) -> str:
    (folder / "data/snapshot/gap.csv").write_bytes(b"a,b\n1,3\n")
    return "data/snapshot/gap.csv"


def add(folder: Path) -> str:
    (folder / "data/new.csv").write_bytes(b"")
    return "data/new.csv"


def hide(folder: Path) -> str:
    (folder / "data/.DS_Store").write_bytes(b"")
    return "data/.DS_Store"


def take(folder: Path) -> str:
    (folder / "data/snapshot/gap.csv").unlink()
    return "data/snapshot/gap.csv"


def fetch(folder: Path) -> str:
    (folder / "fetch.txt").write_bytes(b"https://example.org/ - data/x\n")
    return "fetch.txt"


def change_tag(folder: Path) -> str:
    (folder / "bag-info.txt").write_bytes(b"Bagging-Date: 2027-01-01\nPayload-Oxum: 25.2\n")
    return "bag-info.txt"


@pytest.mark.parametrize(
    "breaks",
    [link, link_inside, link_folder, link_tag, pipe, change, add, hide, take, fetch, change_tag],
)
def test_a_folder_that_is_no_such_bag_is_refused(
    tmp_path: Path, into: Path, breaks: Callable[[Path], str]
) -> None:
    (tmp_path / "b.zip").write_bytes(packed(bag()))
    bags.read(tmp_path / "b.zip", into)
    name = breaks(into / "b")
    with pytest.raises(IntegrityError) as caught:
        bags.read(into / "b", tmp_path)
    assert caught.value.where == f"{into / 'b'}: {name}"


def test_a_folder_of_too_many_files_is_refused(
    tmp_path: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "b.zip").write_bytes(packed(bag()))
    bags.read(tmp_path / "b.zip", into)
    monkeypatch.setattr(zips, "MOST_FILES", 5)
    with pytest.raises(IntegrityError, match=r"tagmanifest-sha256\.txt\n(.|\n)*6 files"):
        bags.read(into / "b", tmp_path)
