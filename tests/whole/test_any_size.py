"""A study of three areas and one of five hundred; names in other scripts beside other codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from gapwatch.errors import StudyError
from gapwatch.gap.measures import measure_gaps
from tests import little
from tests.elsewhere import WHOLE, Elsewhere


def of_size(areas: int, monkeypatch: pytest.MonkeyPatch, **keys: object) -> Elsewhere:
    """A place of so many areas, numbered from 1, the higher the better off."""
    names = {f"E05{number:06d}": f"Area {number}" for number in range(1, areas + 1)}
    monkeypatch.setattr(little, "NAMES", names)
    place = Elsewhere(
        codes=tuple(names),
        called={**{code: str(at) for at, code in enumerate(names, 1)}, WHOLE: "9000"},
        patterns='code_pattern = "[0-9]{1,4}"',
        **keys,  # type: ignore[arg-type]
    )
    for rows in place.tables.values():
        for row in rows:
            at = int(str(row["Code"]))
            if "Score" in row:
                row["Score"] = round(90 - 80 * at / areas, 2)
            if "Life" in row:
                since = int(str(row["Years"])[:4]) - 2003
                life = 70 + 15 * at / areas + 4 * (row["Sex"] == "female") + 0.1 * since
                life = round(life, 2)
                row |= {"Life": life, "Low": life - 2, "High": life + 2}
            if "Died" in row:
                row["Died"] = 60
    return place


def test_three_areas_give_every_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = of_size(3, monkeypatch, kinds=("pooled", "extremes", "slope"))
    gaps = measure_gaps(*place.read(tmp_path))
    assert set(gaps["kind"]) == {"pooled", "extremes", "slope"}
    assert (gaps.loc[gaps["kind"] != "extremes", "gap_years"] > 0).all()
    assert (gaps["reason"] == "").all()


def test_two_areas_are_too_few_for_extremes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = of_size(2, monkeypatch, kinds=("pooled", "extremes"))
    with pytest.raises(StudyError, match="three areas or more"):
        place.read(tmp_path)


def test_five_hundred_areas_give_every_measure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = of_size(500, monkeypatch, kinds=("pooled", "slope"))
    place.keep("published.csv", lambda row: str(row["Years"]) >= "2008")
    place.changed["baseline_period = [2004, 2008]"] = "baseline_period = [2008, 2012]"
    for at in range(500):
        place.changed[f"row = 0, column = {at} }}"] = f"row = {at // 50}, column = {at % 50} }}"
    study, inputs = place.read(tmp_path)
    assert len(study.geography.areas) == 500
    gaps = measure_gaps(study, inputs)
    # A straight line from 70 to 85 years: its ends are 15 years apart.
    slopes = gaps.loc[gaps["kind"] == "slope", "gap_years"]
    assert slopes.to_numpy() == pytest.approx(15, abs=0.05)
    assert (gaps["reason"] == "").all()


def test_names_in_other_scripts_stand_beside_any_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = dict(zip(little.NAMES, ("Ελαιώνας", "Заречье", "نهر", "Łąka", "Ñuñoa"), strict=True))
    monkeypatch.setattr(little, "NAMES", names)
    study, inputs = Elsewhere().read(tmp_path)
    assert list(study.area_names.values()) == list(names.values())
    assert set(inputs["life_expectancy"]["area_name"]) == set(names.values())
