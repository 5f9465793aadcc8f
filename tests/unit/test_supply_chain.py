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
        affected = {"package": {"name": "numpy", "ecosystem": "PyPI"}, "versions": [version]}
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
        # As some advisories have them: the newer line first.
        (
            [{"introduced": "0.28"}, {"fixed": "0.28.2"}, {"introduced": "0"}, {"fixed": "0.27"}],
            True,
        ),
        (
            [{"introduced": "0.28"}, {"fixed": "0.28.1"}, {"introduced": "0"}, {"fixed": "0.27"}],
            False,
        ),
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


# One vulnerable version and the next one without the fault, of each advisory that is stored, as the
# publishers' own advisories tell them.
VULNERABLE = [
    ("certifi", "2023.5.7", "2023.7.22", "PYSEC-2023-135 CVE-2023-37920"),
    ("cryptography", "41.0.5", "41.0.6", "PYSEC-2023-254 CVE-2023-49083"),
    ("idna", "3.6", "3.7", "PYSEC-2024-60 CVE-2024-3651"),
    ("jinja2", "2.11.2", "2.11.3", "PYSEC-2021-66 CVE-2020-28493"),
    ("pillow", "10.0.0", "10.0.1", "PYSEC-2023-175"),
    ("pillow", "9.5.0", "10.0.1", "PYSEC-2023-227 CVE-2023-44271"),
    ("urllib3", "2.0.5", "2.0.7", "PYSEC-2023-192 CVE-2023-43804"),
    ("urllib3", "1.26.16", "1.26.18", "PYSEC-2023-192 CVE-2023-43804"),
    ("urllib3", "2.0.6", "2.0.7", "PYSEC-2023-212 CVE-2023-45803"),
]


@pytest.mark.parametrize(("name", "bad", "good", "told"), VULNERABLE)
def test_a_lock_with_a_vulnerable_version_fails_by_name(
    name: str,
    bad: str,
    good: str,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    audit = script("audit")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    monkeypatch.setattr(audit, "LOCKS", (tmp_path / "requirements.lock",))
    for version, code in ((bad, 1), (good, 0)):
        other = re.sub(rf"(?m)^{name}==\S+", f"{name}=={version}", lock)
        assert other != lock
        audit.LOCKS[0].write_text(other, encoding="utf-8")
        assert audit.main([str(audit.STORED)]) == code
        out = capsys.readouterr().out
        assert (f"{name} {version}: {told}" in out) == bool(code)


def test_the_shipped_lock_fits_no_stored_advisory_and_their_age_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    audit = script("audit")
    stored = {path.stem for path in audit.STORED.glob("*.json")}
    assert stored == {told.split()[0] for *_, told in VULNERABLE}
    assert audit.main([str(audit.STORED)]) == 0
    told = capsys.readouterr()
    assert told.out == "No stored advisory fits a locked package.\n"
    assert "8 stored advisories of 6 of" in told.err
    assert "the newest of 2024-07-11" in told.err


def test_advisories_of_locked_packages_are_kept_from_an_export(tmp_path: Path) -> None:
    audit = script("audit")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in sorted(audit.STORED.glob("*.json")):
            archive.write(path, path.name)
        strange = json.loads((audit.STORED / "PYSEC-2024-60.json").read_bytes())
        strange |= {"id": "PYSEC-0-1"}
        strange["affected"][0]["package"]["name"] = "not-in-the-lock"
        archive.writestr("PYSEC-0-1.json", json.dumps(strange))
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "OLD-1.json").write_text("{}", encoding="utf-8")
    assert audit.keep(tmp_path / "all.zip", lock, tmp_path / "kept") == len(VULNERABLE) - 1
    kept = {path.name: path.read_bytes() for path in (tmp_path / "kept").iterdir()}
    assert kept == {path.name: path.read_bytes() for path in audit.STORED.glob("*.json")}


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'"id"'])
def test_what_is_no_advisory_is_named_and_never_passed_over(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "BROKEN-1.json").write_bytes(content)
    assert script("audit").main([str(tmp_path)]) == 2
    assert "BROKEN-1.json: expected an advisory" in capsys.readouterr().err


def test_without_advisories_nothing_is_held_to_be_good(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (tmp_path / "all.zip", tmp_path):
        assert script("audit").main([str(path)]) == 2
        assert "No advisories" in capsys.readouterr().err
