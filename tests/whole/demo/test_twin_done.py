"""What is done in the invented borough comes out as it was made: seen, unseen, late, too early."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest

from gapwatch import study as study_file
from gapwatch.contracts import AREA_FIGURE, POPULATION_DEATHS, VOICE
from gapwatch.demo.twin import done, names
from gapwatch.demo.twin.counted import make
from gapwatch.demo.twin.files import files
from gapwatch.demo.twin.making import ADDRESS, TODAY
from gapwatch.demo.twin.published import Published
from gapwatch.demo.twin.study import study as study_of
from gapwatch.initiatives.tables import initiative_tables
from gapwatch.listening.tables import voice_tables
from gapwatch.sources import registry as kinds
from gapwatch.sources.payload import Payload
from gapwatch.sources.registers import declared
from gapwatch.study import FileSource, Study

Frames = Mapping[str, pd.DataFrame]
WANTED = (AREA_FIGURE.name, POPULATION_DEATHS.name, VOICE.name)


@pytest.fixture(scope="module", params=[1, 2, 3])
def borough(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """The study of a seed, and those of its files that initiatives and answers are made of."""
    twin = make("halving")
    path = tmp_path_factory.mktemp("done") / "gapwatch.toml"
    path.write_text(study_of(twin, request.param, ADDRESS), encoding="utf-8")
    study, _ = study_file.load(path)
    served = files(Published(twin, request.param))
    frames: dict[str, pd.DataFrame] = dict(declared(study))
    for source in study.sources:
        if isinstance(source, FileSource) and source.table in WANTED:
            page = (source.landing_page or "").removeprefix(f"{ADDRESS}ons/")
            ((name, content),) = served[page].items()
            payload = Payload("data", name, "csv", content)
            frames |= kinds.parse(source, (payload,), TODAY)
    return study, frames


def test_each_initiative_has_the_verdict_that_it_was_made_for(
    borough: tuple[Study, Frames],
) -> None:
    study, frames = borough
    made = initiative_tables(study, frames, TODAY.year)
    found = made["effect"].set_index("initiative")
    assert found["verdict"].to_dict() == {
        "job-fair": "described, not evaluated",
        "neighbourhood-kitchens": "too early",
        "walking-groups": "could not have been seen",
        "warm-homes": "described, not evaluated",
        "work-clubs": "sign as expected",
    }
    assert found["reason"].to_dict() == {
        "job-fair": "E01",
        "neighbourhood-kitchens": "T01",
        "walking-groups": "",
        "warm-homes": "E02",
        "work-clubs": "",
    }
    truth = 100 * (done.TRUE_EFFECT - 1)
    clubs = found.loc["work-clubs"]
    assert clubs["effect_lower95_percent"] <= truth <= clubs["effect_upper95_percent"]
    assert made["initiative_overlap"]["area_code"].tolist() == [names.ward_code(1)]


def test_a_ward_where_hardly_anybody_was_at_home_is_told_nothing_of(
    borough: tuple[Study, Frames],
) -> None:
    study, frames = borough
    made = voice_tables(study, frames[VOICE.name], None)
    shares = made["voice_share"]
    hidden = shares[shares["reason"] != ""]
    assert set(hidden["level"]) == {"area"}
    few = names.ward_code(12)
    assert set(hidden.loc[hidden["place"] == few, "reason"]) == {"H01"}
    assert hidden["place"].nunique() == 2
    assert made["quote"]["zone"].tolist() == ["rest", "north"]
