"""Which studies a fleet is made of, and which words refuse it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gapwatch.errors import UsageError
from gapwatch.fleet.finding import find_studies
from tests.little import Little


def study(folder: Path, name: str, file: str = "gapwatch.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file
    path.write_text(
        Little().text().replace('id = "little-vale"', f'id = "{name}"'), encoding="utf-8"
    )
    assert f'id = "{name}"' in path.read_text(encoding="utf-8")
    return path


@pytest.fixture
def places(tmp_path: Path) -> Path:
    for name in ("b", "a", "c"):
        study(tmp_path / "places" / name, f"place-{name}")
    return tmp_path / "places"


def ids(*named: str | Path) -> list[str]:
    return [one.id for one in find_studies([str(name) for name in named])]


def test_a_folder_is_its_study_or_those_of_its_folders(places: Path) -> None:
    assert ids(places) == ["place-a", "place-b", "place-c"]
    assert ids(places / "b") == ["place-b"]


def test_a_file_and_a_pattern_name_studies_and_each_counts_once(places: Path) -> None:
    other = study(places.parent, "other", "other.toml")
    assert ids(other, places / "[ab]", places / "a" / "gapwatch.toml") == [
        "other",
        "place-a",
        "place-b",
    ]


@pytest.mark.parametrize(
    ("named", "found"),
    [("nowhere", "no such path"), ("empty", "neither"), ("places/x*", "no match that is one")],
)
def test_what_holds_no_study_is_refused_by_name(places: Path, named: str, found: str) -> None:
    (places.parent / "empty").mkdir()
    with pytest.raises(UsageError) as refused:
        ids(places, places.parent / named)
    assert refused.value.found == found
    assert named in refused.value.where


def test_two_studies_of_one_id_are_refused_with_both_files(places: Path) -> None:
    again = study(places / "again", "place-b")
    with pytest.raises(UsageError, match="study place-b") as refused:
        ids(places)
    assert str(again) in refused.value.found
    assert str(places / "b" / "gapwatch.toml") in refused.value.found


def test_a_study_that_cannot_be_read_is_one_of_the_fleet_with_its_fault(places: Path) -> None:
    (places / "c" / "gapwatch.toml").write_text("[study\n", encoding="utf-8")
    found = {one.id: one for one in find_studies([str(places)])}
    assert list(found) == ["c", "place-a", "place-b"]
    assert "TOML in UTF-8" in found["c"].fault
    assert not found["place-a"].fault


def test_two_broken_studies_in_folders_of_one_name_stay_two(tmp_path: Path) -> None:
    for side in ("x", "y"):
        path = tmp_path / side / "same" / "gapwatch.toml"
        path.parent.mkdir(parents=True)
        path.write_text("[", encoding="utf-8")
    assert len(set(ids(tmp_path / "x" / "same", tmp_path / "y" / "same"))) == 2
