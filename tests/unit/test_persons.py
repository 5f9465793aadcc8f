"""Both sexes together: alone or beside female and male, and never made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gapwatch.errors import GapwatchError, StudyError, ValidationError
from gapwatch.gap.measures import measure_gaps
from tests.elsewhere import Elsewhere
from tests.little import Little

ALONE = {
    'id = "little-vale"\n': 'id = "little-vale"\nsexes = ["persons"]\n',
    'sex = "male"': 'sex = "persons"',
}
BESIDE = {'id = "little-vale"\n': 'id = "little-vale"\nsexes = ["persons", "male", "female"]\n'}


def of_persons(**keys: object) -> Elsewhere:
    """Little Vale with figures of men under the name of persons, and no others."""
    place = Elsewhere(changed=dict(ALONE), **keys)  # type: ignore[arg-type]
    place.keep("published.csv", lambda row: row["Sex"] == "male")
    return place.change("published.csv", lambda row: row.update(Sex="Persons"))


def refused(place: Little, folder: Path) -> GapwatchError:
    with pytest.raises(GapwatchError) as error:
        place.read(folder)
    return error.value


def test_persons_alone_give_gaps_of_persons(tmp_path: Path) -> None:
    study, inputs = of_persons(kinds=("pooled", "extremes", "slope")).read(tmp_path)
    gaps = measure_gaps(study, inputs)
    assert set(gaps["sex"]) == {"persons"}
    assert gaps["gap_years"].notna().all()


def test_persons_are_not_made_of_the_sexes_nor_take_part_in_them(tmp_path: Path) -> None:
    """Figures of persons that no mean of the others could be move no other gap."""
    place = Elsewhere(changed=dict(BESIDE))
    rows = place.tables["published.csv"]
    rows += [
        {**row, "Sex": "persons", "Life": 60, "Low": 59, "High": 61}
        for row in rows
        if row["Sex"] == "male"
    ]
    study, inputs = place.read(tmp_path / "beside")
    assert study.sexes == ("female", "male", "persons")
    gaps = measure_gaps(study, inputs).set_index("sex")
    assert (gaps.loc["persons", "gap_years"] == 0).all()
    alone = measure_gaps(*Elsewhere().read(tmp_path / "alone")).set_index("sex")
    for sex in ("female", "male"):
        assert gaps.loc[sex, "gap_years"].tolist() == alone.loc[sex, "gap_years"].tolist()


def test_persons_without_a_word_in_the_study_are_refused_at_their_cell(tmp_path: Path) -> None:
    place = Little()
    place.tables["published.csv"][4]["Sex"] = "Persons"
    error = refused(place, tmp_path)
    assert "row 6, column 'Sex'" in error.where
    assert (error.expected, error.found) == ("female or male", "'Persons'")


def test_a_sex_that_the_study_lacks_is_refused_at_its_cell(tmp_path: Path) -> None:
    place = of_persons()
    place.tables["published.csv"][4]["Sex"] = "Female"
    error = refused(place, tmp_path)
    assert (error.expected, error.found) == ("persons", "'Female'")


@pytest.mark.parametrize(
    ("sexes", "key"),
    [
        ('["persons"]', "promise.sex"),
        ('["male", "male"]', "study.sexes"),
        ("[]", "study.sexes"),
        ('["everybody"]', "study.sexes"),
    ],
)
def test_sexes_that_do_not_fit_are_refused_by_their_key(
    tmp_path: Path, sexes: str, key: str
) -> None:
    place = Elsewhere(changed={'id = "little-vale"\n': f'id = "little-vale"\nsexes = {sexes}\n'})
    error = refused(place, tmp_path)
    assert isinstance(error, StudyError)
    assert key in error.where


def test_life_tables_need_the_sexes_apart(tmp_path: Path) -> None:
    place = Elsewhere(decides=True, changed=dict(ALONE))
    error = refused(place, tmp_path)
    assert "study.sexes" in error.where
    assert "deaths and residents by sex" in error.expected


def test_pinned_persons_that_the_study_does_not_name_are_refused(tmp_path: Path) -> None:
    from gapwatch.sources.fits_study import require_fit

    study, inputs = Little().read(tmp_path)
    life = inputs["life_expectancy"]
    more = life[life["sex"] == "male"].assign(sex="persons")
    import pandas as pd

    with pytest.raises(ValidationError) as error:
        require_fit(study, {**inputs, "life_expectancy": pd.concat([life, more])}, known_in=2026)
    assert error.value.found == "persons"
