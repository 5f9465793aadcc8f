"""Records of a JSON file by a declared path: found, or refused with what is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gapwatch.errors import GapwatchError
from gapwatch.sources.declared import json_records
from tests.elsewhere import Elsewhere
from tests.unit.test_persons import ALONE


class Answered(Elsewhere):
    """Little Vale whose figures are in a JSON file, two levels down or as the file itself."""

    path: str = "data.results"
    whole: object = None

    def write(self, folder: Path) -> Path:
        study = super().write(folder)
        rows = self.tables["published.csv"]
        told = self.whole if self.whole is not None else {"data": {"count": 1, "results": rows}}
        (folder / "published.json").write_text(json.dumps(told))
        text = study.read_text(encoding="utf-8")
        records = (
            f'format = "json"\nrecords = "{self.path}"\n' if self.path else 'format = "json"\n'
        )
        described = 'path = "published.csv"\nheader = ["Code"]\n'
        assert described in text
        text = text.replace(described, f'path = "published.json"\n{records}')
        study.write_text(text, encoding="utf-8")
        return study


def refused(place: Elsewhere, folder: Path) -> GapwatchError:
    with pytest.raises(GapwatchError) as error:
        place.read(folder)
    return error.value


def test_records_two_levels_down_are_read_as_those_of_a_csv(tmp_path: Path) -> None:
    _, told = Answered().read(tmp_path / "json")
    _, plain = Elsewhere().read(tmp_path / "csv")
    assert told["life_expectancy"].equals(plain["life_expectancy"])


def test_a_list_of_objects_needs_no_path(tmp_path: Path) -> None:
    place = Answered()
    place.path, place.whole = "", place.tables["published.csv"]
    _, told = place.read(tmp_path)
    assert len(told["life_expectancy"]) == len(place.tables["published.csv"])


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("results", "none; the file has data"),
        ("data.rows", "none; at data is count, results"),
        ("data.count.rows", "none; at data.count is a str"),
        ("data", "an object with count, results"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_with_what_is_there(
    tmp_path: Path, path: str, found: str
) -> None:
    place = Answered()
    place.path = path
    assert refused(place, tmp_path).found == found


def test_answers_are_bounded_in_size_and_depth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep: object = "x"
    for _ in range(20):
        deep = {"in": deep}
    place = Answered()
    place.whole = {"data": {"results": [{"Code": deep}]}}
    assert "deep" in refused(place, tmp_path / "deep").expected
    monkeypatch.setattr(json_records, "MOST_CELLS", 100)
    assert refused(Answered(), tmp_path / "large").expected == "at most 100 cells"


def test_persons_come_from_json_too(tmp_path: Path) -> None:
    place = Answered(changed=dict(ALONE))
    place.keep("published.csv", lambda row: row["Sex"] == "male")
    place.change("published.csv", lambda row: row.update(Sex="Persons"))
    _, told = place.read(tmp_path)
    assert set(told["life_expectancy"]["sex"]) == {"persons"}
