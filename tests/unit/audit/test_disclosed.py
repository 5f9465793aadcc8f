"""A release of restricted deaths and those before it: what it builds on, and what is refused."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from gapwatch.audit import readings
from gapwatch.audit.closed import closed_inputs
from gapwatch.audit.disclosed import (
    OWN,
    RECORD,
    DisclosedRelease,
    Earlier,
    Record,
    earlier,
    read_record,
)
from gapwatch.audit.lineage import previous_at
from gapwatch.audit.manifest import Identity, manifest, seal
from gapwatch.audit.provenance import Provenance
from gapwatch.audit.verify import MANIFEST, SEAL, release_name
from gapwatch.contracts import TABLES
from gapwatch.counting.disclosure.closing import last_closed, newly_closed, taken
from gapwatch.demo.twin.counted import make
from gapwatch.demo.twin.making import ADDRESS
from gapwatch.demo.twin.study import study as study_of
from gapwatch.errors import IntegrityError, StudyError, UsageError
from gapwatch.snapshots import Snapshot
from gapwatch.study import Study, load
from gapwatch.tables import to_csv
from tests.attacker.places import KINDS, History, ordinary, study
from tests.attacker.publications import protected
from tests.long.test_restricted_twin import restricted

DAY = dt.date(2026, 8, 15)
MADE_FROM = Provenance("0.1.0", "a" * 64, None, None, "b" * 64, None, {}, {})
Frames = dict[str, pd.DataFrame]


def snapshot(day: dt.date) -> Snapshot:
    return Snapshot(id=f"invented-{day}", title="Invented", as_known_at=day, pins=())


@pytest.fixture(scope="module")
def past() -> History:
    return ordinary(3, dt.date(2026, 6, 1))


@pytest.fixture(scope="module")
def tables(past: History) -> Frames:
    return dict(protected(study(), past, [DAY])[0].tables)


def record(**changes: object) -> Record:
    told = Record(
        calendar="year",
        closed_after_months=6,
        first_year=None,
        closed={str(year): "invented-1" for year in range(2018, 2026)},
        side_window_years={"zones": 3, "wards": 3},
        earlier=[],
    )
    return told.model_copy(update=changes)


def put(
    out: Path,
    tables: Frames,
    told: Record | None,
    *,
    name: str = "",
    before: Path | None = None,
    of: Study | None = None,
) -> Path:
    """A release in a folder, with its record or without."""
    one = of or study()
    files = {f"data/{key}.csv": to_csv(TABLES[key].coded, frame) for key, frame in tables.items()}
    files |= {RECORD: told.content()} if told else {}
    previous = previous_at(before) if before else None
    release = name or release_name(
        "invented", str(DAY), "c" * 64, previous.sha256 if previous else ""
    )
    identity = Identity("c" * 64, previous, release)
    made = manifest(
        identity,
        one,
        snapshot(DAY),
        MADE_FROM,
        files=files,
        answer={"verdict": "on track", "sentence": "It is."},
    )
    # Python and platform are told, and the file of the study is named.
    made = made.replace(b'"made_with": {}', b'"made_with": {"platform": "linux", "python": "3.11"}')
    files |= {MANIFEST: made, SEAL: seal(made)}
    for key, content in files.items():
        path = out / release / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return out / release


def after(folder: Path | None) -> Identity:
    return Identity("d" * 64, previous_at(folder) if folder else None, "invented-2026-09-15-new")


def test_a_release_builds_on_the_record_of_the_one_before(tmp_path: Path, tables: Frames) -> None:
    folder = put(tmp_path, tables, record())
    told = earlier(tmp_path, study(), after(folder), claimed=False)
    assert told.record == record()
    assert told.settled.years == frozenset(range(2018, 2026))
    assert told.settled.side_window_years == {"zones": 3, "wards": 3}
    assert [link.release for link in told.links] == [folder.name]


@pytest.mark.parametrize("first_year", [2019, 2025])
def test_the_first_year_is_not_moved_among_the_years_that_are_told(
    tmp_path: Path, tables: Frames, first_year: int
) -> None:
    folder = put(tmp_path, tables, record())
    with pytest.raises(StudyError, match="first_year") as caught:
        earlier(tmp_path, study(first_year=first_year), after(folder), claimed=False)
    assert "a year after 2025" in caught.value.expected


@pytest.mark.parametrize(("first_year", "again"), [(2017, False), (2018, False), (2026, True)])
def test_a_first_year_before_or_after_all_that_are_told_is_taken(
    tmp_path: Path, tables: Frames, first_year: int, again: bool
) -> None:
    folder = put(tmp_path, tables, record(united=True))
    told = earlier(tmp_path, study(first_year=first_year), after(folder), claimed=False)
    assert told.starts_again is again
    assert told.settled.united is (None if again else True)


def test_a_first_year_that_stays_is_taken(tmp_path: Path, tables: Frames) -> None:
    folder = put(tmp_path, tables, record(first_year=2020))
    told = earlier(tmp_path, study(first_year=2020), after(folder), claimed=False)
    assert not told.starts_again


def test_a_study_goes_on_uniting_areas_or_leaving_them_out_as_it_began(
    tmp_path: Path, tables: Frames
) -> None:
    for unite in (True, False):
        first = study(unite=unite)
        assert earlier(tmp_path, first, after(None), claimed=False).settled.unites(first) is unite
    since = put(tmp_path / "since", tables, record(united=True))
    later = study(unite=False)
    assert earlier(tmp_path / "since", later, after(since), claimed=False).settled.unites(later)
    # A record from before areas were united says nothing of it.
    before = put(tmp_path / "before", tables, record())
    said = json.loads((before / RECORD).read_text(encoding="utf-8"))
    del said["united"]
    (before / RECORD).write_text(json.dumps(said), encoding="utf-8")
    told = read_record(before)
    assert told is not None
    assert not told.settled.unites(study())


def test_a_release_without_the_control_is_refused_until_its_years_are_left_out(
    tmp_path: Path, tables: Frames
) -> None:
    weak = put(tmp_path, tables, None)
    with pytest.raises(StudyError, match=r"first_year = 2026"):
        earlier(tmp_path, study(), after(weak), claimed=False)
    told = earlier(tmp_path, study(first_year=2026), after(weak), claimed=False)
    assert told.settled.years == frozenset()


def test_older_rules_count_as_weaker_ones(tmp_path: Path, tables: Frames) -> None:
    weak = put(tmp_path, tables, record(rules=1))
    with pytest.raises(StudyError, match="weaker rules"):
        earlier(tmp_path, study(), after(weak), claimed=False)


def test_a_release_beside_the_chain_is_refused(tmp_path: Path, tables: Frames) -> None:
    put(tmp_path, tables, record())
    with pytest.raises(IntegrityError, match="latest-invented"):
        earlier(tmp_path, study(), after(None), claimed=False)


def test_an_earlier_release_that_is_missing_or_replaced_is_refused(
    tmp_path: Path, tables: Frames
) -> None:
    lost = DisclosedRelease(release="invented-2026-01-15-lost", sha256="e" * 64)
    folder = put(tmp_path, tables, record(earlier=[lost]))
    with pytest.raises(IntegrityError, match="no release"):
        earlier(tmp_path, study(), after(folder), claimed=False)
    put(tmp_path, tables, record(), name=lost.release)
    with pytest.raises(IntegrityError, match="with a manifest of sha256 e"):
        earlier(tmp_path, study(), after(folder), claimed=False)
    # A release that is made again was judged when it was made first.
    assert earlier(tmp_path, study(), after(folder), claimed=True).record is not None


def test_figures_that_were_changed_after_they_were_published_are_refused(
    tmp_path: Path, tables: Frames
) -> None:
    folder = put(tmp_path, tables, record())
    (folder / OWN).write_bytes((folder / OWN).read_bytes().replace(b"D01", b"D02"))
    with pytest.raises(IntegrityError, match="the file that its manifest names"):
        earlier(tmp_path, study(), after(folder), claimed=False)


def opened() -> Study:
    one = study()
    free = tuple(
        s.model_copy(update={"restricted": False}) if s.table == "deaths" else s
        for s in one.sources
    )
    return one.model_copy(update={"sources": free, "disclosure": None})


def test_deaths_that_were_restricted_are_not_opened_and_a_study_opened_once_is_not_closed_again(
    tmp_path: Path, tables: Frames
) -> None:
    folder = put(tmp_path, tables, record())
    with pytest.raises(StudyError, match="put restricted = true back"):
        earlier(tmp_path, opened(), after(folder), claimed=False)
    open_one = put(tmp_path, tables, None, name="invented-2026-10-15-open", before=folder)
    with pytest.raises(StudyError, match="open deaths, or under weaker rules"):
        earlier(tmp_path, study(), after(open_one), claimed=False)


@pytest.mark.parametrize(
    ("day", "months", "year"),
    [
        ("2026-06-30", 6, 2024),
        ("2026-07-01", 6, 2025),
        ("2026-12-31", 12, 2024),
        ("2027-01-01", 12, 2025),
        ("2026-02-01", 1, 2025),
        ("2026-01-31", 1, 2024),
    ],
)
def test_a_year_is_closed_some_months_after_its_end(day: str, months: int, year: int) -> None:
    assert last_closed(dt.date.fromisoformat(day), months) == year


def test_years_enter_one_after_another_and_none_before_the_first(past: History) -> None:
    inputs = past.inputs(DAY)
    one = study()
    assert newly_closed(one, inputs, DAY, ()) == tuple(range(2018, 2026))
    assert newly_closed(one, inputs, DAY, range(2019, 2025)) == (2025,)
    assert newly_closed(one, inputs, dt.date(2026, 6, 30), range(2019, 2025)) == ()
    deaths = inputs["deaths"]
    without = {**inputs, "deaths": deaths[deaths["year"] != 2024]}
    assert newly_closed(one, without, DAY, range(2018, 2024)) == ()


def test_closed_years_have_the_deaths_and_residents_of_their_own_snapshot(past: History) -> None:
    inputs = past.inputs(DAY)
    later = {
        name: frame.assign(**{column: frame[column] + 1})
        if name in ("deaths", "population")
        else frame
        for name, frame in inputs.items()
        for column in [f"{name}_persons"]
    }
    found = taken(later, {2024: "one", 2025: "two"}, {"one": inputs, "two": later})
    for name in ("deaths", "population"):
        column = f"{name}_persons"
        for year, source in ((2024, inputs), (2025, later)):
            mine, theirs = (f[name][f[name]["year"] == year][column].sum() for f in (found, source))
            assert mine == theirs
    assert set(found["deaths"]["year"]) == {2024, 2025}


def test_a_study_with_no_closed_year_is_refused(tmp_path: Path, past: History) -> None:
    early = dt.date(2018, 9, 1)
    with pytest.raises(StudyError, match="ended 6 months before"):
        closed_inputs(tmp_path, study(), snapshot(early), past.inputs(DAY), Earlier())


def test_a_figure_of_closed_years_that_is_told_otherwise_is_refused(
    tmp_path: Path, tables: Frames
) -> None:
    folder = put(tmp_path, tables, record())
    before = Earlier(folder, record())
    readings.require_same(before, tables)
    frame = tables["computed_life_expectancy"]
    given = frame.index[frame["life_expectancy_years"].notna()][0]
    moved = frame.copy()
    moved.loc[given, "life_expectancy_years"] += 0.1
    with pytest.raises(StudyError, match="1 rows that differ"):
        readings.require_same(before, {**tables, "computed_life_expectancy": moved})
    # So is one that wasn't told at all: of another area, say.
    other = frame.assign(area=frame["area"].replace("E05000000", "E05000009"))
    with pytest.raises(StudyError, match="no others"):
        readings.require_same(before, {**tables, "computed_life_expectancy": other})
    # Years that weren't closed then are new, and free.
    free = replace(before, record=record(closed={"2018": "invented-1"}))
    readings.require_same(free, {**tables, "computed_life_expectancy": moved})


def test_ages_that_were_withheld_stay_withheld(tmp_path: Path, tables: Frames) -> None:
    hidden = tables["age_contribution"]
    assert hidden.loc[0, "reason"] == "D01"
    folder = put(tmp_path, tables, record())
    told = hidden.copy()
    told.loc[0, "reason"] = ""
    told.loc[0, ["contribution_years", "lower95_years", "upper95_years"]] = 0.1
    before = Earlier(folder, record())
    with pytest.raises(StudyError, match="no others"):
        readings.require_same(before, {**tables, "age_contribution": told})
    found = readings.withheld_before(before, {"age_contribution": told})
    readings.require_same(before, {**tables, **found})
    row = found["age_contribution"].loc[0]
    assert row["reason"] == "D01"
    assert pd.isna(row["contribution_years"])


def test_two_studies_of_one_extract_are_one_table(
    tmp_path: Path, tables: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = study()
    other = one.model_copy(update={"study": one.study.model_copy(update={"id": "other"})})
    put(tmp_path, tables, record(), name="other-2026-08-15-abc", of=other)
    digests = {"invented-1": frozenset({"f" * 64}), "invented-2": frozenset({"0" * 64})}
    monkeypatch.setattr(readings, "extract_digests", lambda _, name: digests[name])
    mine = record()
    readings.require_no_other_reading(tmp_path, tmp_path, one, mine, tables)
    frame = tables["computed_life_expectancy"]
    areas = {**tables, "computed_life_expectancy": frame.assign(area=frame["area"] + "9")}
    with pytest.raises(StudyError, match="publish these deaths in one study"):
        readings.require_no_other_reading(tmp_path, tmp_path, one, mine, areas)
    # Another extract is another table.
    apart = record(closed={"2025": "invented-2"})
    readings.require_no_other_reading(tmp_path, tmp_path, one, apart, areas)


@pytest.mark.parametrize("part", [MANIFEST, RECORD])
def test_another_studys_release_that_was_changed_is_not_passed_over(
    tmp_path: Path, tables: Frames, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    one = study()
    other = one.model_copy(update={"study": one.study.model_copy(update={"id": "other"})})
    folder = put(tmp_path, tables, record(), name="other-2026-08-15-abc", of=other)
    monkeypatch.setattr(readings, "extract_digests", lambda *_: frozenset({"f" * 64}))
    content = (folder / part).read_bytes()
    (folder / part).write_bytes(content[:-9])
    with pytest.raises(IntegrityError, match="other-2026-08-15-abc"):
        readings.require_no_other_reading(tmp_path, tmp_path, one, record(), tables)


def test_another_study_whose_snapshots_lie_elsewhere_has_digests_of_another_key(
    tmp_path: Path,
    tables: Frames,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = study()
    other = one.model_copy(update={"study": one.study.model_copy(update={"id": "other"})})
    theirs = record(closed={"2025": "elsewhere-1"})
    put(tmp_path, tables, theirs, name="other-2026-08-15-abc", of=other)

    def digests(_: Path, snapshot: str) -> frozenset[str]:
        if snapshot == "elsewhere-1":
            raise UsageError(snapshot, expected="one that is here", found="none", remedy="none")
        return frozenset({"f" * 64})

    monkeypatch.setattr(readings, "extract_digests", digests)
    readings.require_no_other_reading(tmp_path, tmp_path, one, record(), tables)
    assert "other-2026-08-15-abc can't be compared and is passed over" in caplog.text


def test_a_level_that_the_study_lacks_can_not_be_told_beside_its_own(tmp_path: Path) -> None:
    text = restricted(study_of(make("undercount"), 11, ADDRESS))
    path = tmp_path / "gapwatch.toml"
    path.write_text(f'{text}\n[disclosure]\nalso = "msoa2021"\n', encoding="utf-8")
    assert load(path)[0].level_beside == "msoa2021"
    path.write_text(f'{text}\n[disclosure]\nalso = "ward2023"\n', encoding="utf-8")
    with pytest.raises(StudyError, match="ward2024, msoa2021"):
        load(path)


def test_areas_told_beside_the_studys_own_stay_the_same_in_later_releases() -> None:
    """A year that is closed later adds windows, and changes none that was told or withheld."""
    past = ordinary(3, dt.date(2027, 6, 1))
    one = study(KINDS[:2], window=5)
    first, second = protected(one, past, [DAY, dt.date(2027, 8, 15)], every_table=False)
    frames = [each.tables["computed_life_expectancy"] for each in (first, second)]
    before, after = (
        frame[frame["geography"] == KINDS[1]].reset_index(drop=True) for frame in frames
    )
    assert before["deaths_persons"].isna().all()
    assert set(before["reason"]) == {"", "D01"}
    kept = after[after["period_end"] <= 2025].reset_index(drop=True)
    pd.testing.assert_frame_equal(before, kept)
    assert len(after) > len(kept)
