"""A release's own packages: those of its lock, in the very version, or none at all."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

from gapwatch import own_code
from gapwatch.errors import IntegrityError, OutputError

NUMPY = metadata.version("numpy")
HASH = f" \\\n    --hash=sha256:{'0' * 64}\n"


def lock_of(folder: Path, text: str) -> Path:
    path = folder / "requirements.lock"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("lock", "told"),
    [
        ("", []),
        (f"numpy=={NUMPY}{HASH}", []),
        (f"# by a resolver\nNumPy=={NUMPY} ; python_version >= '3'{HASH}", []),
        (f"numpy==0.0.1{HASH}", [f"numpy {NUMPY} instead of 0.0.1"]),
        (
            f"numpy=={NUMPY}{HASH}no-such-package==1.0{HASH}",
            ["no-such-package none instead of 1.0"],
        ),
        (f"no-such-package==1.0 ; python_version < '3'{HASH}", []),
    ],
)
def test_packages_that_are_not_those_of_the_lock_are_told(
    tmp_path: Path, lock: str, told: list[str]
) -> None:
    assert own_code.lacking(lock_of(tmp_path, lock)) == told


@pytest.mark.parametrize(
    "line",
    [
        "no such line\n",
        "--index-url https://elsewhere.example/\n",
        f"-e git+https://elsewhere.example/x{HASH}",
        f"evil @ file:///somewhere/evil.whl{HASH}",
        f"numpy>={NUMPY}{HASH}",
        f"numpy=={NUMPY}\n",
        f"numpy=={NUMPY} --hash=md5:00\n",
        f"numpy[extra]=={NUMPY}{HASH}",
    ],
)
def test_a_lock_that_asks_for_anything_but_pinned_packages_is_refused(
    tmp_path: Path, line: str
) -> None:
    with pytest.raises(IntegrityError, match="nothing was installed"):
        own_code.lacking(lock_of(tmp_path, f"numpy=={NUMPY}{HASH}{line}"))


def test_the_cache_is_where_the_user_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert own_code.cache() == Path("/elsewhere/gapwatch")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", "/home-of-nobody")
    assert own_code.cache() == Path("/home-of-nobody/.cache/gapwatch")


@pytest.mark.long
def test_packages_that_cannot_be_had_are_told_and_tried_again_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"no-such-package==1.0{HASH}", encoding="utf-8")
    with pytest.raises(OutputError, match="packages of the release's lock") as caught:
        own_code._environment(lock)
    assert "no-such-package" in caught.value.found
    assert "replay with current code" in caught.value.remedy
    assert not list(tmp_path.rglob(".complete"))
