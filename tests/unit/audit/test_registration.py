"""What was expected stays as a release has told it, and the chain says since when."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from gapwatch.audit.lineage import Previous
from gapwatch.audit.registration import registration
from gapwatch.contracts import REGISTRATION
from gapwatch.errors import IntegrityError, StudyError
from gapwatch.tables import to_csv

FIRST, LATER = dt.date(2020, 5, 1), dt.date(2023, 5, 1)
HASHES = ("a" * 64, "b" * 64)


def inputs(*versions: tuple[int, str, str], starts: str = "2021") -> dict[str, pd.DataFrame]:
    columns = ("title", "led_by", "theme", "ends_on", "where_basis", "areas_chosen", "register")
    one = {**dict.fromkeys(columns, ""), "initiative": "i", "area_code": "", "starts_on": starts}
    told = [
        {
            "expectation": "e",
            "version": version,
            "initiative": "i",
            "registered_on": day,
            "sha256": sha,
        }
        for version, day, sha in versions
    ]
    return {"initiative": pd.DataFrame([one]), "expectation": pd.DataFrame(told)}


def release(folder: Path, name: str, frame: pd.DataFrame, *, banner: str = "") -> Previous:
    path = folder / name / "data"
    path.mkdir(parents=True)
    (path / "registration.csv").write_bytes(to_csv(REGISTRATION, frame, banner=banner))
    return Previous(name, "c" * 64, folder / name)


ONE = (1, "2020-04-01", HASHES[0])
TWO = (2, "2022-04-01", HASHES[1])


def test_the_first_release_that_holds_a_version_is_kept_through_the_chain(tmp_path: Path) -> None:
    first = registration(None, inputs(ONE), FIRST)
    assert first[["first_release", "first_known_at", "proof"]].to_numpy().tolist() == [
        ["", "2020-05-01", "release"]
    ]
    before = release(tmp_path, "town-1", first, banner="Invented")
    second = registration(before, inputs(ONE, TWO), LATER)
    assert second[["first_release", "first_known_at", "proof"]].to_numpy().tolist() == [
        ["town-1", "2020-05-01", "release"],
        ["", "2023-05-01", "late"],
    ]
    third = registration(release(tmp_path, "town-2", second), inputs(ONE, TWO), LATER)
    assert third["first_release"].tolist() == ["town-1", "town-2"]


@pytest.mark.parametrize(
    ("day", "starts", "proof"),
    [
        ("2020-04-01", "2021", "statement"),
        ("2021-01-01", "2021", "late"),
        ("2020-12-31", "2021-01-01", "statement"),
        ("2020-04-01", "", "unknown"),
    ],
)
def test_what_no_release_from_before_the_start_holds_is_the_studys_word(
    day: str, starts: str, proof: str
) -> None:
    found = registration(None, inputs((1, day, HASHES[0]), starts=starts), LATER)
    assert found["proof"].tolist() == [proof]


def test_a_version_that_a_release_has_told_cannot_be_changed(tmp_path: Path) -> None:
    before = release(tmp_path, "town-1", registration(None, inputs(ONE), FIRST))
    with pytest.raises(StudyError) as caught:
        registration(before, inputs((1, "2020-04-01", HASHES[1])), LATER)
    assert "town-1" in caught.value.expected
    assert "version 2" in caught.value.remedy


@pytest.mark.parametrize("left", [(), (ONE,)])
def test_a_version_that_a_release_has_told_cannot_be_dropped(
    tmp_path: Path, left: tuple[tuple[int, str, str], ...]
) -> None:
    before = release(tmp_path, "town-1", registration(None, inputs(ONE, TWO), FIRST))
    now = inputs(*left) if left else {}
    with pytest.raises(StudyError) as caught:
        registration(before, now, LATER)
    assert caught.value.found == "none"


def test_a_record_that_is_none_is_refused(tmp_path: Path) -> None:
    before = release(tmp_path, "town-1", registration(None, inputs(ONE), FIRST))
    path = before.folder / "data" / "registration.csv"
    path.write_text("expectation,version\ne,one\n", encoding="utf-8")
    with pytest.raises(IntegrityError):
        registration(before, inputs(ONE), LATER)


def test_nothing_expected_is_no_table(tmp_path: Path) -> None:
    assert registration(None, {}, FIRST).empty
    assert registration(Previous("town-0", "d" * 64, tmp_path), {}, FIRST).empty
