"""Bundles: the same files give the same bytes, and what is read is what was written."""

from __future__ import annotations

import hashlib
import logging
import os
import random
import resource
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import bagit
import pytest

from gapwatch.audit.bundle import bag as bags
from gapwatch.audit.bundle import zip as zips
from gapwatch.errors import IntegrityError, OutputError, UsageError

FILES: dict[str, bytes | Path] = {
    "release/report.html": b"<p>8.9 years</p>\n",
    "release/data/gap.csv": b"year,gap_years\n2014,8.918\n",
    "snapshot/empty.csv": b"",
    "Z.toml": b"z = 1\n",
}
INFO = {
    "Bagging-Date": "2026-11-23",
    "External-Identifier": "town-2026",
    "Contact-Name": "Zoë",
}


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    target = tmp_path / "Town 2026.zip"
    bags.write(target, FILES, INFO)
    return target


@pytest.fixture
def folder(bundle: Path, into: Path) -> Path:
    """A bundle that was unpacked, as a folder to be broken."""
    bags.read(bundle, into)
    return into / "town-2026"


def below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_is_written_is_read(bundle: Path, into: Path) -> None:
    found = bags.read(bundle, into)
    assert {name: path.read_bytes() for name, path in found.items()} == FILES
    assert all(path.is_relative_to(into) for path in found.values())


def test_files_may_be_given_by_path(tmp_path: Path, into: Path) -> None:
    there = tmp_path / "there.csv"
    there.write_bytes(b"a,b\n")
    bags.write(tmp_path / "b.zip", {"here.csv": there}, INFO)
    assert bags.read(tmp_path / "b.zip", into)["here.csv"].read_bytes() == b"a,b\n"


def test_any_program_unpacks_a_bundle_to_a_valid_bag(bundle: Path, into: Path) -> None:
    with zipfile.ZipFile(bundle) as packed:
        assert packed.testzip() is None
        packed.extractall(into)
    assert {path.name for path in into.iterdir()} == {"town-2026"}
    bag = bagit.Bag(str(into / "town-2026"))
    assert bag.validate()
    assert bag.algorithms == ["sha256"]
    assert set(bag.tagfile_entries()) == {"bag-info.txt", "bagit.txt", "manifest-sha256.txt"}
    assert bag.info == INFO | {
        "Bag-Software-Agent": f"gapwatch {metadata.version('gapwatch')}",
        "Payload-Oxum": "49.4",
    }


def test_the_agent_may_be_given(tmp_path: Path, into: Path) -> None:
    bags.write(tmp_path / "b.zip", FILES, INFO | {"Bag-Software-Agent": "another 2"})
    bags.read(tmp_path / "b.zip", into)
    assert bagit.Bag(str(into / "town-2026")).info["Bag-Software-Agent"] == "another 2"


def test_the_bytes_of_a_bundle_are_these(tmp_path: Path) -> None:
    # Another hash is another format: then bundles made before must still be read.
    bags.write(tmp_path / "b.zip", FILES, INFO | {"Bag-Software-Agent": "gapwatch 0.1.0"})
    found = hashlib.sha256((tmp_path / "b.zip").read_bytes()).hexdigest()
    assert found == "c5413190c49efef6c4c51335fe1f7320da38a2a609179eed5170246ac09ee969"


WRITE = """
import os, sys
from pathlib import Path
os.umask(int(sys.argv[1], 8))
os.chdir(sys.argv[2])
from gapwatch.audit.bundle import bag as bags
names = sys.argv[4].split(",")
files = {name: (name * 100).encode() for name in names}
bags.write(Path(sys.argv[3]), files, {"Bagging-Date": "2026-11-23", "Contact-Name": "x"})
"""


def write_apart(*arguments: str, **environment: str) -> None:
    subprocess.run(
        [sys.executable, "-c", WRITE, *arguments],
        check=True,
        timeout=60,
        env={**os.environ, **environment},
    )


def test_folder_clock_umask_locale_and_order_change_no_byte(tmp_path: Path) -> None:
    for name in ("one", "other", "other/deep"):
        (tmp_path / name).mkdir()
    write_apart("000", str(tmp_path / "one"), "b.zip", "a/b.csv,a.csv,c", TZ="UTC", LC_ALL="C")
    write_apart(
        "077",
        str(tmp_path),
        str(tmp_path / "other/deep/b.zip"),
        "c,a.csv,a/b.csv",
        TZ="Asia/Tokyo",
        LC_ALL="C.UTF-8",
        PYTHONHASHSEED="7",
    )
    one, other = tmp_path / "one/b.zip", tmp_path / "other/deep/b.zip"
    assert one.read_bytes() == other.read_bytes()
    assert one.stat().st_mode & 0o777 == 0o666
    assert below(tmp_path) == {"one/b.zip", "other/deep/b.zip"}


def test_the_order_of_files_on_the_disk_changes_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bags.write(tmp_path / "b.zip", FILES, INFO)
    before = (tmp_path / "b.zip").read_bytes()
    listdir = os.listdir
    for seed in range(5):
        chance = random.Random(seed)

        def shuffled(path: str = ".", chance: random.Random = chance) -> list[str]:
            return chance.sample(listdir(path), k=len(listdir(path)))

        with monkeypatch.context() as patch:
            patch.setattr(os, "listdir", shuffled)
            bags.write(tmp_path / "b.zip", FILES, INFO)
        assert (tmp_path / "b.zip").read_bytes() == before


def test_the_working_folder_stays(bundle: Path, tmp_path: Path) -> None:
    before = Path.cwd()
    bags.write(tmp_path / "again.zip", FILES, INFO)
    assert Path.cwd() == before


def test_bagit_says_nothing_of_its_own(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        bags.write(tmp_path / "b.zip", FILES, INFO)
    assert not caplog.records


def test_a_bundle_may_have_a_long_name(tmp_path: Path, into: Path) -> None:
    target = tmp_path / f"{'Long name ' * 22}.zip"
    bags.write(target, FILES, INFO)
    assert bags.read(target, into).keys() == FILES.keys()


@pytest.mark.parametrize(
    "name",
    [
        "../out",
        "/etc/passwd",
        "c:/x",
        "a\\b",
        "a//b",
        "a/",
        "",
        ".",
        "a/./b",
        "~/x",
        ".hidden",
        "a\nb",
        "a\x00b",
        "a b",
        "é",
        "a.",
        "con",
        "NUL.txt",
        "data/lpt1/x",
        "a%0Ab",
        "x" * 300,
        "\u212a",
    ],
)
def test_a_name_that_is_not_safe_everywhere_is_not_bundled(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="safe on every system") as caught:
        bags.write(tmp_path / "b.zip", {"good.csv": b"", name: b""}, INFO)
    assert f"data/{name}" in caught.value.found.encode().decode("unicode_escape")
    assert not below(tmp_path)


@pytest.mark.parametrize(
    ("names", "found"),
    [(("a.csv", "A.csv"), "two files"), (("a", "a/b"), "a file and a folder"), ((), "none")],
)
def test_files_that_would_collide_and_no_files_are_not_bundled(
    tmp_path: Path, names: tuple[str, ...], found: str
) -> None:
    with pytest.raises(UsageError, match=found):
        bags.write(tmp_path / "b.zip", dict.fromkeys(names, b""), INFO)
    assert not below(tmp_path)


def test_a_file_that_is_not_there_is_not_bundled(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.csv"):
        bags.write(tmp_path / "b.zip", {"a.csv": tmp_path / "gone.csv"}, INFO)


@pytest.mark.parametrize(
    ("limit", "value", "found"),
    [
        ("MOST_FILES", 7, "8 files"),
        ("MOST_FILE_BYTES", 10_000_000, "10000001 bytes"),
        ("MOST_BYTES", 50_000_000, "bytes in all"),
    ],
)
def test_more_than_can_be_read_is_not_bundled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, found: str
) -> None:
    monkeypatch.setattr(zips, limit, value)
    files = dict.fromkeys(["a", "b", "c", "d"], b" " * 10_000_001)
    with pytest.raises(UsageError, match=found):
        bags.write(tmp_path / "b.zip", files, INFO)
    assert not below(tmp_path)


@pytest.mark.parametrize(
    ("info", "found"),
    [({}, "Bagging-Date"), ({"a:b": "c"}, "a:b"), ({"A": "b\nC: d"}, "C: d"), ({"A": " b"}, " b")],
)
def test_a_tag_that_would_not_be_read_as_it_was_given_is_refused(
    tmp_path: Path, info: dict[str, str], found: str
) -> None:
    with pytest.raises(UsageError, match=found):
        bags.write(tmp_path / "b.zip", FILES, info)


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file may have more than 10,000 bytes: what a full disk is to a writer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("small_disk")
@pytest.mark.parametrize("files", [{"a": b" " * 20_000}, {"a": b" " * 6_000, "b": b" " * 6_000}])
def test_a_full_disk_leaves_the_last_bundle_and_no_trace(
    tmp_path: Path, files: dict[str, bytes]
) -> None:
    (tmp_path / "b.zip").write_bytes(b"the last one")
    with pytest.raises(OutputError, match="room on the disk"):
        bags.write(tmp_path / "b.zip", files, INFO)
    assert below(tmp_path) == {"b.zip"}
    assert (tmp_path / "b.zip").read_bytes() == b"the last one"
    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]


def test_a_disk_that_fills_while_unpacking_is_told(
    tmp_path: Path, into: Path, request: pytest.FixtureRequest
) -> None:
    bags.write(tmp_path / "b.zip", {"a": b" " * 20_000}, INFO)
    request.getfixturevalue("small_disk")
    with pytest.raises(OutputError, match="room on the disk"):
        bags.read(tmp_path / "b.zip", into)


def test_a_target_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "b.zip").mkdir()
    for target in (tmp_path / "file" / "b.zip", tmp_path / "b.zip"):
        with pytest.raises(OutputError, match="a folder that can be written"):
            bags.write(target, FILES, INFO)


AGAIN_AND_AGAIN = """
import sys
from pathlib import Path
from gapwatch.audit.bundle import bag as bags
while True:
    for letter in (b"a", b"b"):
        bags.write(Path(sys.argv[1]), {"x": letter * 300_000}, {"Bagging-Date": "2026-11-23"})
"""


def test_a_killed_write_leaves_a_whole_bundle(tmp_path: Path) -> None:
    target = tmp_path / "b.zip"
    for turn in range(3):
        process = subprocess.Popen([sys.executable, "-c", AGAIN_AND_AGAIN, str(target)])
        while not target.exists():
            time.sleep(0.01)
            assert process.poll() is None
        time.sleep(0.05 + 0.013 * turn)
        process.send_signal(signal.SIGKILL)
        process.wait()
        into = tmp_path / f"into-{turn}"
        into.mkdir()
        assert bags.read(target, into)["x"].read_bytes() in (b"a" * 300_000, b"b" * 300_000)
        target.unlink()
    bags.write(target, {"x": b"c"}, {"Bagging-Date": "2026-11-23"})
    assert not list(tmp_path.glob(".bundling-*")), "the next one clears what they left"


def test_a_folder_that_is_a_bag_is_read_where_it_is(folder: Path, tmp_path: Path) -> None:
    found = bags.read(folder, tmp_path)
    assert {name: path.read_bytes() for name, path in found.items()} == FILES
    assert all(path.is_relative_to(folder) for path in found.values())


def test_a_bundle_is_unpacked_into_an_empty_folder_only(bundle: Path, into: Path) -> None:
    (into / "precious").write_bytes(b"")
    with pytest.raises(UsageError, match="empty folder"):
        bags.read(bundle, into)
    with pytest.raises(UsageError, match="empty folder"):
        bags.read(bundle, into / "missing")
    assert below(into) == {"precious"}


def test_no_bundle_is_told(tmp_path: Path, into: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.zip"):
        bags.read(tmp_path / "gone.zip", into)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that fails when read")
def test_a_bundle_that_cannot_be_read_is_told(into: Path) -> None:
    with pytest.raises(IntegrityError, match="Input/output error"):
        bags.read(Path("/proc/self/mem"), into)


def test_the_name_of_the_file_changes_no_byte(tmp_path: Path, bundle: Path) -> None:
    other = tmp_path / "Bündel 2.zip"
    bags.write(other, FILES, INFO)
    assert other.read_bytes() == bundle.read_bytes()
