"""What the system is asked for, call by call: all is flushed before a rename, and after it.

Without strace there is nothing to look through, and the tests are skipped.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

STRACE = shutil.which("strace")


def _may_trace() -> bool:
    if STRACE is None:
        return False
    return (
        subprocess.run(
            [STRACE, "-o", "/dev/null", "true"], check=False, capture_output=True
        ).returncode
        == 0
    )


pytestmark = pytest.mark.skipif(not _may_trace(), reason="no strace here, or no leave to trace")
_CALLS = "fsync,fdatasync,rename,renameat,renameat2,write,openat"
_SYNC = re.compile(r"f(?:data)?sync\(\d+<(?P<path>[^>]*)>\)\s+= 0")
_WRITE = re.compile(r"write\(\d+<(?P<path>/[^>]*)>")
_RENAME = re.compile(
    r'rename\w*\((?:AT_FDCWD[^,]*, )?"(?P<old>[^"]*)", '
    r'(?:AT_FDCWD[^,]*, )?"(?P<new>[^"]*)".*= 0'
)


@dataclass(frozen=True)
class Call:
    kind: str
    path: str
    to: str = ""


def calls(code: str, folder: Path) -> list[Call]:
    """Flushes, writes and renames of a program, in order."""
    log = folder.parent / f"{folder.name}.strace"
    words = [
        str(STRACE),
        "-f",
        "-y",
        "-s",
        "4096",
        "-e",
        f"trace={_CALLS}",
        "-o",
        str(log),
        sys.executable,
        "-B",
        "-c",
        textwrap.dedent(code),
        str(folder),
    ]
    done = subprocess.run(
        words,
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    found = []
    for line in log.read_text("utf-8", "replace").splitlines():
        for kind, pattern in (("sync", _SYNC), ("write", _WRITE), ("rename", _RENAME)):
            match = pattern.search(line)
            if match:
                parts = match.groupdict()
                path = parts.get("path") or parts["old"]
                if path.startswith(str(folder)):
                    found.append(Call(kind, path, parts.get("new", "")))
    return found


def require_durable(found: list[Call]) -> None:
    """Each file, and each folder that holds it, is flushed after its last byte and before the
    rename that shows it; the folder of the new name is flushed after."""
    renames = [(at, call) for at, call in enumerate(found) if call.kind == "rename"]
    assert renames
    for at, call in renames:
        before = found[:at]
        inside = {
            c.path
            for c in before
            if c.kind == "write" and (c.path == call.path or c.path.startswith(f"{call.path}/"))
        }
        for path in inside:
            written = max(n for n, c in enumerate(before) if c == Call("write", path))
            assert Call("sync", path) in before[written:], f"{path}: no flush before {call.to}"
            for folder in Path(path).parents:
                if folder.is_relative_to(call.path):
                    assert Call("sync", str(folder)) in before[written:], f"{folder}: no flush"
        assert Call("sync", str(Path(call.to).parent)) in found[at:], f"{call.to}: no flush after"


def shown(found: list[Call]) -> set[str]:
    """Where renames put things, less what lies in hidden folders."""
    return {c.to for c in found if c.kind == "rename" and "/." not in c.to}


PUBLISH = """
import sys
from pathlib import Path
from gapwatch import publishing
root = Path(sys.argv[1])
for content in (b"one", b"two"):
    with publishing.workspace(root / "out", root / "curated") as place:
        publishing.write_files(place.release, {
            "manifest.json": content, "manifest.sha256": content, "report.html": content,
            "data/gap.csv": content, "inputs/expectations/gap.json": content})
        place.database.write_bytes(content)
        publishing.publish(place, "town-2026-01-01-" + content.decode(), "town")
"""


def test_release_pointer_database_and_every_folder_are_flushed_before_and_after(
    tmp_path: Path,
) -> None:
    root = tmp_path / "project"
    found = calls(PUBLISH, root)
    release = root / "out" / "town-2026-01-01-two"
    files = [path for path in release.rglob("*") if path.is_file()]
    assert len(files) == 5
    require_durable(found)
    assert shown(found) >= {
        str(release),
        str(root / "out" / "latest-town"),
        str(root / "curated" / "gapwatch.duckdb"),
    }
    # The switch comes after every flush of what it publishes: files and each folder of them.
    switch = next(at for at, call in enumerate(found) if ".publishing-" in call.to)
    prepared = found[switch].path
    before = {call.path for call in found[:switch] if call.kind == "sync"}
    for name in (
        "",
        "/release",
        "/release/data",
        "/release/inputs",
        "/release/inputs/expectations",
        "/release/manifest.json",
        "/release/manifest.sha256",
        "/release/report.html",
        "/release/data/gap.csv",
        "/latest",
    ):
        assert f"{prepared}{name}" in before, name or "the folder that is switched"
    assert any(p.startswith(str(root / "curated" / ".building-")) for p in before), "the database"
    assert str(root / "curated") in before


PIN = """
import datetime as dt, sys
from pathlib import Path
from gapwatch import snapshots
from gapwatch.snapshots import Object, Pin
raw = Path(sys.argv[1]) / "data" / "raw"
items = []
for name, content, restricted in (("open", b"a\\n1\\n", False), ("secret", b"b\\n2\\n", True)):
    item = Object(role="data", sha256=snapshots.sha256(content), bytes=len(content))
    items.append((Pin(id=name, table="deaths", title="T", publisher="P", licence="L",
                      attribution="A", period="2026", obtained="retrieved",
                      obtained_on=dt.date(2026, 1, 1), objects=(item,), restricted=restricted),
                  (content,)))
snapshots.write(raw, title="T", as_known_at=dt.date(2026, 1, 1), items=items, study="town")
"""


def test_objects_pins_lists_and_their_folders_are_flushed_before_and_after(tmp_path: Path) -> None:
    root = tmp_path / "project"
    found = calls(PIN, root)
    raw, secret = root / "data" / "raw", root / "data" / "restricted" / "objects"
    files = [path for path in (root / "data").rglob("*") if path.is_file()]
    assert len(files) == 5, "two objects, two pins, a list"
    require_durable(found)
    made = next(at for at, call in enumerate(found) if call.to.startswith(f"{raw}/snapshots/20"))
    before = {call.path for call in found[:made] if call.kind == "sync"}
    for folder in (
        raw / "objects",
        secret,
        Path(found[made].path),
        Path(found[made].path) / "pins",
        root / "data",
        raw,
    ):
        assert str(folder) in before, folder
    assert Call("sync", str(raw / "snapshots")) in found[made:]
