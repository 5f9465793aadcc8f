"""The built wheel, in an empty environment and an empty folder: everything is in it."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from gapwatch.audit.provenance import code_sha256
from tests import installed, realdata
from tests.conftest import ROOT

MOST_BYTES = 6_000_000
MOST_COMMANDS, MOST_SECONDS = 5, 180
WALK = """
import importlib, pkgutil, sys
import gapwatch
KIT = "gapwatch.reporting.kit."  # an extra of its own
for module in pkgutil.walk_packages(gapwatch.__path__, "gapwatch."):
    if not module.name.endswith("__main__") and not module.name.startswith(KIT):
        importlib.import_module(module.name)
from gapwatch.audit.provenance import code_sha256
print(code_sha256())
print(sum(name.startswith("gapwatch.") for name in sys.modules))
print(sorted(n for n in sys.modules if n.partition(".")[0] in {"prefect", "fastapi", "flows"}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed.build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed.environment(tmp_path_factory.mktemp("environment") / "venv", wheel)


def call(
    programs: Path, folder: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program of the environment in a folder, with nothing of this one's to find."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PREFECT", "GIT_"))}
    return subprocess.run(
        [shutil.which(arguments[0], path=programs) or arguments[0], *arguments[1:]],
        cwd=folder,
        env=kept | {"HOME": str(folder.parent)} | environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def test_the_wheel_holds_what_the_checkout_has_and_nothing_that_was_pulled(wheel: Path) -> None:
    assert wheel.stat().st_size <= MOST_BYTES
    with zipfile.ZipFile(wheel) as archive:
        held = {n: archive.read(n) for n in archive.namelist() if n.startswith("gapwatch_shipped/")}
        names = archive.namelist()
    for name, content in held.items():
        assert content == (ROOT / name.removeprefix("gapwatch_shipped/")).read_bytes(), name
    for pattern in ("expectations/*.json", "flows/*.py"):
        wanted = {f"gapwatch_shipped/{p.relative_to(ROOT).as_posix()}" for p in ROOT.glob(pattern)}
        assert len(wanted) > 5
        assert wanted <= held.keys()
    lists = [name for name in held if name.endswith("/snapshot.json")]
    assert lists
    assert not any(json.loads(held[name]).get("study") for name in lists)
    assert any(name.endswith((".ttf", ".otf")) for name in names)
    assert any("/templates/" in name for name in names)


def test_the_core_imports_whole_without_prefect(programs: Path, tmp_path: Path) -> None:
    assert call(programs, tmp_path, "python", "-c", "import prefect").returncode == 1
    done = call(programs, tmp_path, "python", "-c", WALK)
    assert done.returncode == 0, done.stderr
    sha256, modules, found = done.stdout.splitlines()
    assert sha256 == code_sha256()  # so a wheel's releases are named as the checkout's
    assert int(modules) > 250
    assert found == "[]"


@pytest.mark.long
def test_the_demonstration_is_made_and_verified(programs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    done = call(programs, folder, "gapwatch", "-q", "demo", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    study = ("--study", "gapwatch-demo/halving/gapwatch.toml")
    done = call(programs, folder, "gapwatch", "-q", "verify", said["release"], *study)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [path.name for path in folder.iterdir()] == ["gapwatch-demo"]


def test_serve_without_prefect_says_what_to_install(programs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "gapwatch.toml").write_bytes((ROOT / "gapwatch.toml").read_bytes())
    done = call(programs, folder, "gapwatch", "serve")
    assert done.returncode == 2
    assert "gapwatch[prefect]" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.long
def test_with_the_extra_the_flows_that_come_along_ask_for_a_server(
    wheel: Path, tmp_path: Path
) -> None:
    with_prefect = installed.environment(tmp_path / "venv", wheel, ["prefect"])
    folder = tmp_path / "empty"
    folder.mkdir()
    done = call(with_prefect, folder, "gapwatch", "serve")
    assert done.returncode == 4, done.stderr
    assert "PREFECT_API_URL is not set" in done.stderr
    assert "Traceback" not in done.stderr


def seconds() -> float:
    """Processor time of all programs that were called so far: a busy machine changes it little."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.long
def test_a_first_report_of_another_borough_is_as_quick_as_its_page_says(
    programs: Path, tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "how-to" / "another-borough.md").read_text(encoding="utf-8")
    found = re.search("<!-- test: first report -->\n```sh\n(.*?)```", page, re.S)
    assert found is not None
    assert len(found[1].splitlines()) <= MOST_COMMANDS
    before = seconds()
    done = call(
        programs,
        tmp_path,
        "sh",
        "-ec",
        found[1],
        PATH=f"{programs}{os.pathsep}{os.environ['PATH']}",
        PUBLISHED=str(realdata.folder("gla")),
    )
    assert done.returncode == 0, done.stderr
    assert seconds() - before < MOST_SECONDS
    assert "Verdict: cannot calculate" in done.stdout
    project = tmp_path / "tower-hamlets"
    (release,) = (path for path in (project / "reports").glob("tower-hamlets-*") if path.is_dir())
    html = (release / "report.html").read_text(encoding="utf-8")
    assert "Tower Hamlets" in html
    assert "nobody has promised this" in html
    assert "Westminster" not in html
    assert (release / "report.pdf").read_bytes().startswith(b"%PDF")
    for command in (["verify"], ["verify", release.name], ["replay", release.name]):
        done = call(programs, project, "gapwatch", "-q", *command)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_run_in_an_empty_folder_begins_the_study_that_comes_along(
    programs: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    done = call(programs, folder, "gapwatch", "-q", "run", "--json")
    assert done.returncode == 0, done.stderr
    assert "begun" in done.stderr
    said = json.loads(done.stdout)
    assert said["release"].startswith("westminster-")
    # A folder that holds something isn't written to.
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("mine", encoding="utf-8")
    done = call(programs, other, "gapwatch", "run")
    assert done.returncode == 2
    assert "gapwatch init" in done.stderr
    assert [path.name for path in other.iterdir()] == ["mine.txt"]
