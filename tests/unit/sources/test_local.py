"""A study's own files: inside its folder, regular, and private where they are restricted."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gapwatch.errors import SourceError
from gapwatch.sources import local

MOST = 1000
MARKER = "root:x:0:0:a line that nobody should see"


def read(root: Path, named: str, *, private: bool = False, folder: Path | None = None) -> bytes:
    return local.read(root, folder or root, named, most_bytes=MOST, private=private)


def refusal(root: Path, named: str, **options: object) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(root, named, **options)  # type: ignore[arg-type]
    assert MARKER not in str(caught.value)
    return caught.value


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "a study"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "deaths.csv").write_text("a,b\n1,2\n")
    (tmp_path / "passwd").write_text(MARKER)
    return folder


def test_a_file_inside_is_read_through_a_link_that_stays_inside(study: Path) -> None:
    (study / "link.csv").symlink_to(study / "inner" / "deaths.csv")
    for named in ("inner/deaths.csv", "link.csv", "inner/../inner/deaths.csv"):
        assert read(study, named) == b"a,b\n1,2\n"


@pytest.mark.parametrize(
    "named", ["../passwd", "/etc/passwd", "inner/../../passwd", "link", "linked/passwd", "..", "."]
)
def test_a_path_that_leads_out_of_the_folder_is_refused(study: Path, named: str) -> None:
    (study / "link").symlink_to("../passwd")
    (study / "linked").symlink_to("..")
    error = refusal(study, named)
    assert error.where == named
    if named != ".":
        assert (error.found, str(study) in error.expected) == ("one that leads out of it", True)
        assert "--root DIR" in error.remedy


def test_the_root_that_the_command_line_names_lets_a_study_reach_further(study: Path) -> None:
    assert read(study.parent, "../passwd", folder=study) == MARKER.encode()
    assert refusal(study.parent, "../../etc/passwd", folder=study)


@pytest.mark.skipif(os.name == "nt", reason="POSIX files")
def test_a_pipe_a_socket_a_device_and_a_folder_are_named(study: Path) -> None:
    os.mkfifo(study / "pipe")
    assert refusal(study, "pipe").found == "a pipe"  # and nobody waits for a writer
    assert refusal(study, "inner").found == "a folder"
    here = Path.cwd()
    os.chdir(study)  # a socket's path may be 107 characters long
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("socket")
            assert refusal(study, "socket")
    finally:
        os.chdir(here)
    assert refusal(Path("/"), "/dev/zero", folder=study).found.startswith("a place of")
    assert refusal(Path("/"), "/proc/self/environ", folder=study).found.startswith("a place of")


@pytest.mark.skipif(os.name == "nt", reason="POSIX links")
def test_a_folder_that_becomes_a_link_after_the_look_is_not_followed(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (study.parent / "deaths.csv").write_text(MARKER)
    looked = local._inside

    def swapped(root: Path, folder: Path, named: str) -> Path:
        real = looked(root, folder, named)
        (study / "inner").rename(study / "away")
        (study / "inner").symlink_to("..")
        return real

    monkeypatch.setattr(local, "_inside", swapped)
    assert refusal(study, "inner/deaths.csv").expected == "a file that can be read"


def test_a_file_that_is_too_large_or_not_there_is_named(study: Path) -> None:
    (study / "large.csv").write_bytes(bytes(MOST + 1))
    assert refusal(study, "large.csv").found == "more"
    assert refusal(study, "absent.csv").expected == "a file that can be read"
    assert refusal(study, "a\0b").where == "a\0b"


def follow(remedy: str) -> None:
    """Do what an error says, word by word."""
    subprocess.run(["sh", "-c", remedy.partition("; its earlier")[0]], check=True)


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_a_restricted_file_that_others_can_read_is_refused_until_the_remedy_is_followed(
    study: Path,
) -> None:
    path = study / "inner" / "deaths.csv"
    for mode in (0o644, 0o640, 0o604):
        path.chmod(mode)
        error = refusal(study, "inner/deaths.csv", private=True)
        assert error.found == f"mode {mode:o}"
        follow(error.remedy)
        assert read(study, "inner/deaths.csv", private=True)


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_a_restricted_file_in_a_repository_must_be_ignored_and_not_kept(study: Path) -> None:
    path = study / "inner" / "it's [one].csv"
    path.write_text("a,b\n")
    path.chmod(0o600)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(study)]
    subprocess.run([*git, "init", "-q"], check=True)
    named = "inner/it's [one].csv"
    error = refusal(study, named, private=True)
    assert error.expected == "a restricted file that git ignores"
    follow(error.remedy)
    assert read(study, named, private=True)
    subprocess.run([*git, "add", "-f", "--", named], check=True)
    error = refusal(study, named, private=True)
    assert "git keeps it" in error.found
    follow(error.remedy)
    assert read(study, named, private=True)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may become another account"
)
def test_an_unprivileged_account_can_read_neither_restricted_object_nor_key(
    tmp_path: Path,
) -> None:
    from gapwatch.snapshots.keyed import make_key
    from gapwatch.snapshots.objects import write_all

    raw = tmp_path / "data" / "raw"
    path = tmp_path / "data" / "restricted" / "objects" / "x.csv"
    key = path.parent.parent / ".key"
    make_key(path.parent.parent)
    write_all({path: MARKER.encode(), raw / "objects" / "open.csv": b"open to all"})
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    as_nobody = (
        "import os, sys, pathlib; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "for name in sys.argv[1:]:\n"
        "    try: print(pathlib.Path(name).read_bytes()[:4])\n"
        "    except PermissionError: print('refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", as_nobody, path, key, raw / "objects" / "open.csv"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["refused", "refused", "b'open'"]
