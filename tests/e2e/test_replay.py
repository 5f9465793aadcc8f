"""A release is made again to the byte, anywhere and by anybody, or what differs is told and why."""

from __future__ import annotations

import functools
import json
import os
import py_compile
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gapwatch import own_code, replaying
from gapwatch.audit.bundle import bag as bags
from gapwatch.audit.bundle.release import PACKAGED, require_code
from gapwatch.audit.verify import verify_release
from gapwatch.errors import IntegrityError, UsageError
from gapwatch.project import Project
from tests.command import COMMAND, contents, gapwatch
from tests.conftest import ROOT
from tests.e2e.conftest import Chain, Undisturbed, copied, project_in, run
from tests.e2e.repository import by_code_in, commit, edit, git

NOBODY = 65534
# Another user, who may read what this one may: Python itself may lie in this one's home.
BECOME_NOBODY = (
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--inh-caps=-all,+dac_read_search",
    "--ambient-caps=-all,+dac_read_search",
)
ANYWHERE = {
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "de_DE.UTF-8",
    "LANG": "tr_TR",
    "PYTHONHASHSEED": "7",
    "SOURCE_DATE_EPOCH": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Committed:
    """A repository with gapwatch's code and the shipped project, a release, and a bundle of it."""

    project: Project
    release: Path
    bundle: Path


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Committed:
    root = tmp_path_factory.mktemp("committed") / "repository"
    commit(root)
    project = project_in(root)
    release = run(project, PYTHONPATH=str(root / "src"))
    packed = root.parent / "release.zip"
    done = by_code_in(root, project, "bundle", release.name, str(packed), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["without_code_because"] is None
    return Committed(project, release, packed)


@pytest.fixture(scope="module")
def changed(committed: Committed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A clone of that repository in which one constant was changed and not committed."""
    root = tmp_path_factory.mktemp("changed") / "clone"
    git(root.parent, "clone", "--quiet", str(committed.project.root), str(root))
    shutil.copytree(committed.project.reports, root / "reports")
    edit(
        root / "src" / "gapwatch" / "intervals.py",
        lambda text: text.replace("Z95 = 1.959963984540054", "Z95 = 1.96"),
    )
    return project_in(root)


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder that any user may reach."""
    with tempfile.TemporaryDirectory(prefix="replay ") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def locked() -> bool:
    """Whether this environment has the packages of the lock: else as then would install them."""
    return not own_code.lacking(ROOT / "requirements.lock")


@functools.cache
def another_user() -> tuple[str, ...]:
    """What to put before a command to run it as another user; nothing where that can't be."""
    if shutil.which("setpriv") is None:
        return ()
    probe = [*BECOME_NOBODY, *COMMAND, "--help"]
    done = subprocess.run(probe, capture_output=True, cwd="/", check=False)
    return BECOME_NOBODY if done.returncode == 0 else ()


needs_lock = pytest.mark.skipif(not locked(), reason="this isn't the environment of the lock")


@pytest.mark.long
def test_another_folder_user_time_zone_locale_umask_and_one_thread_change_nothing(
    undisturbed: Undisturbed, room: Path
) -> None:
    project = copied(undisturbed.project, room / "somewhere else" / "é")
    home = room / "home"
    home.mkdir()
    if another_user():
        for path in (project.root.parent, *project.root.parent.rglob("*"), home):
            os.chown(path, NOBODY, NOBODY)
    done = subprocess.run(
        [*another_user(), *COMMAND, "replay", undisturbed.release.name, "--json"],
        env={**os.environ, **ANYWHERE, "HOME": str(home)},
        cwd=project.root,
        umask=0o077,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["identical"]
    assert said["own_code"]
    assert said["files"] == len(undisturbed.files)
    assert (said["causes"], said["differences"]) == ([], [])
    if not another_user():
        pytest.skip("identical, but as the same user: only root can become another")


@pytest.mark.long
def test_a_fresh_clone_makes_the_release_of_a_bundle_again_outside_any_project(
    committed: Committed, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", str(committed.project.root), "clone")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = by_code_in(
        tmp_path / "clone",
        committed.project,
        "replay",
        str(committed.bundle),
        cwd=elsewhere,
        OMP_NUM_THREADS="2",
        OPENBLAS_NUM_THREADS="2",
        TZ="America/St_Johns",
        LC_ALL="C",
    )
    assert done.returncode == 0, done.stderr
    count = len(contents(committed.release))
    assert done.stdout == (
        f"Identical: all {count} files of {committed.release.name} (with current code: "
        "its own code).\n"
    )
    assert list(elsewhere.iterdir()) == []


def test_an_output_that_was_changed_is_named_before_anything_is_run(released: Project) -> None:
    (release,) = (path.parent for path in released.reports.glob("*/manifest.json"))
    before = contents(released.root)
    edit(release / "data" / "gap.csv", lambda text: text.replace("14.09", "13.09", 1))
    done = gapwatch(released, "replay", release.name)
    assert done.returncode == 5
    assert str(release / "data" / "gap.csv") in done.stderr
    assert "load ..." not in done.stderr
    assert contents(released.root) | {"x": b""} == (
        before
        | {
            "x": b"",
            f"reports/{release.name}/data/gap.csv": (release / "data" / "gap.csv").read_bytes(),
        }
    )


@pytest.mark.long
def test_other_code_is_told_with_the_rows_that_it_moves(
    changed: Project, committed: Committed
) -> None:
    done = by_code_in(changed.root, changed, "replay", committed.release.name)
    assert done.returncode == 5, done.stderr
    first, second, *rest = done.stdout.splitlines()
    assert first == (
        f"Different: {committed.release.name} (with current code: other code than its own)."
    )
    assert second == "The verdict is the same: cannot calculate."
    assert any(line.startswith("Because: The code differs: ") for line in rest)
    # A published interval is as wide as before, so what is taken for its standard error is not.
    told = [line.strip() for line in rest if line.startswith("  ")]
    moved = re.fullmatch(r"data/gap\.csv, row \d+ \(.+\), se_years: (\S+) -> (\S+)", told[0])
    assert moved is not None, told[0]
    was, now = map(float, moved.groups())
    assert now / was == pytest.approx(1.959963984540054 / 1.96, abs=1e-6)
    assert any(line.startswith("data/verdict.csv, row ") for line in told)
    assert "no input" not in done.stdout


@needs_lock
@pytest.mark.long
def test_its_own_code_from_git_makes_it_again_where_the_current_code_does_not(
    changed: Project, committed: Committed, tmp_path: Path
) -> None:
    before = contents(changed.root)
    done = by_code_in(
        changed.root,
        changed,
        "replay",
        committed.release.name,
        "--as-then",
        "--json",
        XDG_CACHE_HOME=str(tmp_path),
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["identical"], said["own_code"], said["reading"]) == (True, True, "as then")
    assert contents(changed.root) == before


@pytest.mark.long
def test_a_release_of_uncommitted_code_has_no_code_of_its_own_and_says_why(
    changed: Project, tmp_path: Path
) -> None:
    mine = {"PYTHONPATH": str(changed.root / "src"), "XDG_CACHE_HOME": str(tmp_path)}
    release = run(changed, "--out", str(tmp_path / "out"), **mine)
    out = ("--out", str(tmp_path / "out"))
    refused = gapwatch(changed, "replay", release.name, "--as-then", *out, **mine)
    assert refused.returncode == 2, refused.stderr
    assert "files differed from commit" in refused.stderr
    assert "--with-current-code" in refused.stderr
    packed = gapwatch(changed, "bundle", release.name, str(tmp_path / "b.zip"), *out, **mine)
    assert packed.returncode == 0, packed.stderr
    assert "It holds no code of its own: it was made while files differed" in packed.stderr


def repacked(source: Path, into: Path, changes: dict[str, bytes]) -> Path:
    """A bundle with other files, whose own hashes are all right."""
    into.mkdir()
    files: dict[str, bytes | Path] = {**bags.read(source, into), **changes}
    target = into.parent / f"{into.name}.zip"
    bags.write(target, files, {"Bagging-Date": "2026-11-23"})
    return target


def marking(marker: Path) -> str:
    return f"open({str(marker)!r}, 'w').close()\n"


@needs_lock
@pytest.mark.long
def test_of_a_bundles_code_only_what_its_hash_covers_is_run_and_the_bundle_stays_as_it_is(
    committed: Committed, tmp_path: Path
) -> None:
    """Compiled code isn't part of the hash, and a module of any name could lie beside the code."""
    marker, source = tmp_path / "ran", tmp_path / "hostile.py"
    source.write_text(marking(marker), encoding="utf-8")
    compiled = py_compile.compile(
        str(source),
        cfile=str(tmp_path / "hostile.pyc"),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    assert compiled is not None
    tag = sys.implementation.cache_tag
    hostile = {
        "code/src/sitecustomize.py": source.read_bytes(),
        "code/src/typer.py": source.read_bytes(),
        f"code/src/gapwatch/cli/__pycache__/__main__.{tag}.pyc": Path(compiled).read_bytes(),
        f"code/src/gapwatch/__pycache__/replaying.{tag}.pyc": Path(compiled).read_bytes(),
    }
    packed = repacked(committed.bundle, tmp_path / "hostile", hostile)
    bag = tmp_path / "bag"
    bag.mkdir()
    bags.read(packed, bag)
    (unpacked,) = bag.iterdir()
    before = contents(unpacked)
    done = gapwatch(
        committed.project,
        "replay",
        str(unpacked),
        "--as-then",
        "--json",
        XDG_CACHE_HOME=str(tmp_path / "cache"),
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["identical"]
    assert not marker.exists()
    assert contents(unpacked) == before


def test_code_of_a_bundle_that_is_not_the_releases_own_is_refused_and_not_run(
    chain: Chain, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    marker, package = tmp_path / "ran", ROOT / PACKAGED
    code = {
        f"code/{path.relative_to(ROOT).as_posix()}": path.read_bytes()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    own = tmp_path / "own"
    for name, content in code.items():
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_bytes(content)
    require_code(verify_release(chain.second), own / "code")
    first = f"code/{PACKAGED}/cli/__init__.py"
    code[first] = code[first].replace(
        b"import logging\n", f"{marking(marker)}import logging\n".encode()
    )
    packed = repacked(bundle, tmp_path / "altered", code)
    with pytest.raises(IntegrityError, match=f"the code that made {chain.second.name}") as caught:
        replaying.replay(str(packed), None, as_then=True)
    assert "nothing was run" in caught.value.remedy
    assert not marker.exists()
    assert not (tmp_path / "cache" / "gapwatch" / "code").exists()


@pytest.mark.parametrize("named", ["no-such-release", "../first", "..", "", "latest-westminster"])
def test_what_is_not_there_is_answered_with_what_is(chain: Chain, named: str) -> None:
    with (
        pytest.raises(UsageError, match="no such release") as caught,
        replaying.located(named, chain.project, None),
    ):
        pass
    assert chain.second.name in caught.value.expected


def test_without_a_project_a_bundle_is_asked_for(tmp_path: Path, shipped: Project) -> None:
    done = gapwatch(shipped, "replay", "westminster-2026-11-23-0000000000", cwd=tmp_path)
    assert done.returncode == 2
    assert "a bundle, or a release of the project here" in done.stderr
    done = gapwatch(shipped, "replay", "x", "--as-then", "--with-current-code")
    assert done.returncode == 2
    assert "choose one of --as-then and --with-current-code" in done.stderr
