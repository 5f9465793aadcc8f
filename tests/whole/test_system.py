"""What only POSIX has is behind one module, whose fallbacks do for Windows."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest

from gapwatch import durable, snapshots, system
from gapwatch.starting import districts, writing
from tests.conftest import ROOT

MODULE = "src/gapwatch/system.py"
# A program of its own that imports nothing of gapwatch; where there are no limits, `weight` refuses
# what only they could hold.
ALLOWED = {"src/gapwatch/sources/declared/reader.py": {"resource"}}
IMPORTS = {"fcntl", "grp", "msvcrt", "posix", "pty", "pwd", "resource", "termios", "winreg"}
NAMES = {
    "O_DIRECTORY",
    "O_NOFOLLOW",
    "O_NONBLOCK",
    "SIGALRM",
    "SIGHUP",
    "SIGKILL",
    "SIGUSR1",
    "SIGUSR2",
    "alarm",
    "chmod",
    "chown",
    "fchmod",
    "fdatasync",
    "fork",
    "forkpty",
    "fsync",
    "geteuid",
    "getuid",
    "killpg",
    "lchmod",
    "lchown",
    "mkfifo",
    "pause",
    "setitimer",
    "setpgid",
    "setsid",
    "supports_dir_fd",
    "uname",
}
ARGUMENTS = {"creationflags", "dir_fd", "preexec_fn", "process_group", "start_new_session"}
PLACES = ("/dev/shm", "/tmp", "/var/", "/usr/", "/etc/")  # noqa: S108 - what is looked for


def posix_only(text: str) -> Iterator[str]:
    """What of a module's text is of one kind of system, or asks which kind this is."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _imported(node)
        elif isinstance(node, ast.Attribute):
            of = node.value.id if isinstance(node.value, ast.Name) else ""
            if node.attr in NAMES or f"{of}.{node.attr}" in {"os.name", "sys.platform"}:
                yield f"{of}.{node.attr}"
        elif isinstance(node, ast.Call):
            yield from (word.arg for word in node.keywords if word.arg in ARGUMENTS)
            if isinstance(node.func, ast.Name) and node.func.id in {"getattr", "hasattr"}:
                asked = [one.value for one in node.args if isinstance(one, ast.Constant)]
                yield from (name for name in asked if name in NAMES)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (place for place in PLACES if node.value.startswith(place))


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.Import):
        yield from (name for name in names if name in IMPORTS)
    elif node.module in IMPORTS:
        yield node.module
    elif node.module in {"os", "signal", "sys", "shutil"}:
        yield from (name for name in names if name in NAMES | {"name", "platform"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import fcntl", ["fcntl"]),
        ("from fcntl import flock", ["fcntl"]),
        ("import os\nos.fork()", ["os.fork"]),
        ("from os import killpg", ["killpg"]),
        ("import os\nif os.name == 'nt': pass", ["os.name"]),
        ("import sys\nsys.platform", ["sys.platform"]),
        ("path.chmod(0o600)", ["path.chmod"]),
        ("import subprocess\nsubprocess.Popen([], start_new_session=True)", ["start_new_session"]),
        ("import os\ngetattr(os, 'O_NOFOLLOW', 0)", ["O_NOFOLLOW"]),
        ("x = '/dev/shm/gapwatch'", ["/dev/shm"]),  # noqa: S108
        ("import signal\nsignal.signal(signal.SIGTERM, None)", []),
        ("from pathlib import Path\nPath('a').replace('b').name", []),
    ],
)
def test_a_call_that_only_posix_has_is_seen(text: str, found: list[str]) -> None:
    assert list(posix_only(text)) == found


def test_no_other_module_calls_what_only_one_kind_of_system_has() -> None:
    files = [path for part in ("src", "flows") for path in (ROOT / part).rglob("*.py")]
    assert len(files) > 300
    found = {
        name: set(used)
        for path in files
        if (name := path.relative_to(ROOT).as_posix()) != MODULE
        and (used := list(posix_only(path.read_text(encoding="utf-8"))))
    }
    assert found == ALLOWED
    assert set(posix_only((ROOT / MODULE).read_text(encoding="utf-8")))


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """This system without what Windows lacks. `os.name` itself is pathlib's too, so it stays."""
    monkeypatch.setattr(system, "is_posix", lambda: False)
    monkeypatch.setattr(system, "F_FULLFSYNC", None)
    for name in ("O_NOFOLLOW", "O_DIRECTORY", "O_NONBLOCK", "geteuid", "killpg"):
        monkeypatch.delattr(os, name, raising=False)
    # The library looked when it was imported, and some releases of it open with O_NONBLOCK.
    monkeypatch.setattr(shutil, "_use_fd_functions", False)


def test_a_snapshot_is_written_flushed_read_and_checked_there(
    windows: None, tmp_path: Path
) -> None:
    raw = tmp_path / "raw"
    shipped = snapshots.load(ROOT / "data" / "raw")
    items = [(pin, snapshots.read_objects(ROOT / "data" / "raw", pin)) for pin in shipped.pins]
    made = snapshots.write(raw, title="T", as_known_at=shipped.as_known_at, items=items)
    assert [snapshots.read_objects(raw, pin) for pin in made.pins] == [
        bytes_ for _, bytes_ in items
    ]
    assert not snapshots.check(raw).problems
    durable.sync_tree(raw)


def test_a_file_below_a_folder_is_opened_there(windows: None, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "file").write_bytes(b"read")
    with os.fdopen(system.open_below(tmp_path, ("inner", "file")), "rb") as file:
        assert file.read() == b"read"
    with pytest.raises(OSError, match="nothing"):
        system.open_below(tmp_path, ("nothing",))


def test_modes_say_nothing_there(
    windows: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert system.exposed(0o100644) == ""
    assert system.is_own(tmp_path.stat())
    assert system.interpreter(Path("venv")) == Path("venv/Scripts/python.exe")


def test_a_key_is_made_once_and_read_again_there(windows: None, tmp_path: Path) -> None:
    from gapwatch.snapshots.keyed import key_of, make_key

    key = make_key(tmp_path / "restricted")
    assert key == make_key(tmp_path / "restricted") == key_of(tmp_path / "restricted")
    with pytest.raises(FileExistsError):
        system.make_alone(tmp_path / "restricted" / ".key")


def test_a_program_is_ended_there(windows: None) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    assert system.apart() == {"creationflags": 0x200}  # as Windows names it
    process = subprocess.Popen(command)
    system.end_group(process)
    assert process.returncode not in (None, 0)


@pytest.mark.skipif(os.name != "posix", reason="groups of processes are POSIX's")
def test_a_program_is_ended_with_all_that_it_started_here(tmp_path: Path) -> None:
    child = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
    told = tmp_path / "started"
    parent = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', sys.argv[1], sys.argv[2]])\ntime.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", parent, child, str(told)], **system.apart())
    until = time.monotonic() + 60
    while not told.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert told.exists()
    system.end_group(process)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_modes_are_told_here(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    system.make_public(path)
    assert system.exposed(path.stat().st_mode) == "mode 644"
    system.make_private(path)
    system.make_private(tmp_path)
    assert not system.exposed(path.stat().st_mode)
    assert not system.exposed(tmp_path.stat().st_mode)
    assert path.stat().st_mode & 0o777 == 0o600
    assert tmp_path.stat().st_mode & 0o777 == 0o700


RESERVED = {"con", "prn", "aux", "nul", *(f"{k}{n}" for k in ("com", "lpt") for n in range(1, 10))}


def unfit(name: str) -> bool:
    """Whether Windows takes a file's name otherwise than it is written."""
    path = PureWindowsPath(name)
    return path.is_absolute() or any(
        part.partition(".")[0].casefold() in RESERVED
        or part != part.rstrip(" .")
        or any(c in '<>:"|?*\\' or ord(c) < 32 for c in part)
        for part in name.split("/")
    )


def test_every_file_of_a_project_and_of_the_package_may_have_its_name_on_windows() -> None:
    assert all(map(unfit, ("aux.csv", "a:b", "end.", "a/con/b", "C:/x", "what?")))
    project = writing.of_district(districts.find("E09000030"), None, None)
    package = [p.relative_to(ROOT).as_posix() for p in (ROOT / "src").rglob("*") if p.is_file()]
    for names in (list(project), list(writing.of_default()), package):
        assert not [name for name in names if unfit(name)]
        # Two names of one spelling but for case would be one file.
        assert len({name.casefold() for name in names}) == len(names)
        # Below a long profile folder, within 260 characters in all.
        assert max(map(len, names)) < 160
