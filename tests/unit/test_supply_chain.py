"""What gapwatch installs: two locks that agree, listed, and held against advisories."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT

LOCK = """httpx==0.28.1 \\
    --hash=sha256:{a} \\
    --hash=sha256:{b}
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:{a}
""".format(a="a" * 64, b="b" * 64)


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_list_names_every_package_of_the_lock_with_its_hashes() -> None:
    made = script("sbom").document(LOCK, {"version": "1.0"})
    listed = {item["purl"]: item for item in made["components"]}
    assert list(listed) == ["pkg:pypi/colorama@0.4.6", "pkg:pypi/httpx@0.28.1"]
    hashes = listed["pkg:pypi/httpx@0.28.1"]["externalReferences"][0]["hashes"]
    assert [item["content"][0] for item in hashes] == ["a", "b"]
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.5")


def test_the_shipped_lock_is_listed_whole_and_the_same_each_time() -> None:
    command = [sys.executable, str(ROOT / ".ci" / "sbom.py")]
    one, other = (subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2))
    assert one == other
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    names = [line for line in lock.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    made = json.loads(one)
    assert len(made["components"]) == len(names) > 50
    assert "timestamp" not in made["metadata"]


def test_a_stored_advisory_is_held_against_every_version_of_every_lock(tmp_path: Path) -> None:
    lock = "numpy==2.4.6 ; python_version < '3.12'\nnumpy==2.5.5 ; python_version >= '3.12'"
    for at, version in enumerate(("2.4.6", "2.5.5")):
        affected = {"package": {"name": "numpy"}, "versions": [version]}
        with zipfile.ZipFile(tmp_path / f"{at}.zip", "w") as archive:
            archive.writestr("X-1.json", json.dumps({"id": "X-1", "affected": [affected]}))
        assert script("audit").found(tmp_path / f"{at}.zip", LOCK, lock) == [
            f"numpy {version}: X-1 "
        ]
    assert [path.name for path in script("audit").LOCKS] == [
        "requirements.lock",
        "requirements-dev.lock",
    ]


def entries(name: str) -> dict[str, str]:
    """The entries of a lock, hashes included, by their first line."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {entry.split("\n")[0]: entry.strip() for entry in re.split(r"\n(?=\S)", text.strip())}


def test_the_lock_for_development_holds_the_other_one_whole() -> None:
    run, develop = entries("requirements.lock"), entries("requirements-dev.lock")
    assert len(develop) > len(run) > 50
    assert {first: entry for first, entry in develop.items() if first in run} == run
    assert all("--hash=sha256:" in entry for entry in develop.values())
    assert not any("://" in entry for entry in develop.values())


def test_who_makes_a_report_installs_nothing_that_only_development_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = script("audit").locked((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    extras = project["optional-dependencies"]

    def names(listed: list[str]) -> set[str]:
        return {re.split("[^a-z0-9-]", name.lower())[0] for name in listed}

    assert names([*project["dependencies"], *extras["build"]]) <= set(locked)
    # coverage, Playwright and the stubs come with what the extra names.
    assert not set(locked) & (names(extras["dev"]) | {"coverage", "playwright", "mkdocs"})


@pytest.mark.parametrize(
    ("events", "fits"),
    [
        ([{"introduced": "0"}, {"fixed": "0.28.2"}], True),
        ([{"introduced": "0"}, {"fixed": "0.28.1"}], False),
        ([{"introduced": "0.29"}], False),
        ([{"introduced": "0.1"}, {"fixed": "0.2"}, {"introduced": "0.28"}], True),
        ([{"introduced": "0"}, {"last_affected": "0.28.1"}], True),
        ([{"introduced": "0"}, {"last_affected": "0.28.0"}], False),
    ],
)
def test_a_stored_advisory_is_held_against_the_lock(
    events: list[dict[str, str]], fits: bool, tmp_path: Path
) -> None:
    advisory = {
        "id": "INVENTED-1",
        "summary": "x",
        "affected": [
            {
                "package": {"name": "HTTPX", "ecosystem": "PyPI"},
                "ranges": [{"type": "ECOSYSTEM", "events": events}],
            }
        ],
    }
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("INVENTED-1.json", json.dumps(advisory))
        withdrawn = advisory | {"id": "INVENTED-2", "withdrawn": "2020-01-01T00:00:00Z"}
        archive.writestr("INVENTED-2.json", json.dumps(withdrawn))
    found = script("audit").found(tmp_path / "all.zip", LOCK)
    assert found == (["httpx 0.28.1: INVENTED-1 x"] if fits else [])
