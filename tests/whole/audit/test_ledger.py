"""The ledger puts each move of a published number down to what caused it, exactly."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from gapwatch import snapshots, tables, warehouse
from gapwatch.audit.revisions.figures import Figures, Key
from gapwatch.audit.revisions.ledger import Basis, chain, counts, headline, mixed
from gapwatch.contracts import KINDS, REVISION
from gapwatch.errors import IntegrityError, UsageError
from gapwatch.project import Project
from gapwatch.quality import worker
from gapwatch.sources.inputs import load_inputs
from gapwatch.study import FileSource, Study
from tests.repin import repin
from tests.unit.audit.releases import (
    HEADLINE,
    YEAR,
    Release,
    by_other_code,
    by_year,
    gap_of,
    is_number,
    kept,
    require_exact,
    shipped_release,
    with_more_people,
    with_msoas,
    with_other_target,
    with_other_zone,
    with_revised_value,
)
from tests.unit.gap.restricted_cases import DEATHS_SOURCE


@pytest.fixture(scope="module")
def whole(shipped: Project) -> Release:
    """The shipped study and snapshot."""
    return shipped_release(shipped)


@pytest.fixture(scope="module")
def without_newest(whole: Release) -> Release:
    """A release before the newest window came."""
    inputs = kept(whole.inputs, lambda f: f["period_end"] < 2014)
    return replace(whole, inputs=inputs, year=2015)


def ledger(earlier: Release, later: Release, as_published: Figures | None = None) -> pd.DataFrame:
    before = earlier.published if as_published is None else as_published
    found = chain(before, later.published, mixed(earlier.basis, later.basis))
    require_exact(found, before, later.published)
    return found


@pytest.mark.parametrize("change", [with_other_target, with_other_zone])
def test_a_changed_study_moves_numbers_by_study_alone(
    whole: Release, change: Callable[[Study], Study]
) -> None:
    later = replace(whole, study=change(whole.study))
    assert set(ledger(whole, later)["kind"]) == {"study"}


def test_other_populations_move_numbers_by_vintage_alone(whole: Release) -> None:
    later = replace(whole, inputs=with_more_people(whole.inputs))
    assert set(ledger(whole, later)["kind"]) == {"vintage"}


def test_a_revised_value_moves_numbers_by_revision_alone(whole: Release) -> None:
    later = replace(whole, inputs=with_revised_value(whole.inputs))
    found = ledger(whole, later)
    assert set(found["kind"]) == {"revised"}
    moved = headline(found, *HEADLINE, "2005 to 2009")
    assert moved is not None
    assert moved.parts == (("revised", Decimal("0.5")),)
    assert moved.total == Decimal("0.5")
    assert moved.unit == "years"
    assert headline(found, *HEADLINE) is None


def test_a_new_window_moves_numbers_by_period_alone(
    whole: Release, without_newest: Release
) -> None:
    found = ledger(without_newest, whole)
    assert set(found["kind"]) == {"period"}
    window = found[(found["period"] == "2010 to 2014") & (found["figure"] == "gap_years")]
    assert len(window) == 10
    assert window["change"].isna().all()
    assert set(window["reason"]) == {"came"}
    newest = headline(found, *HEADLINE)
    assert newest is not None
    assert newest.parts == (("period", newest.total),)
    assert is_number(newest.earlier)
    assert newest.later == whole.published[gap_of("2010 to 2014")]


def test_a_window_taken_away_goes_by_period_and_not_by_revision(
    whole: Release, without_newest: Release
) -> None:
    later = replace(without_newest, year=YEAR)
    found = ledger(whole, later)
    assert set(found["kind"]) == {"period"}
    assert set(found.loc[found["period"] == "2010 to 2014", "reason"]) == {"went"}


def test_reference_data_of_a_later_year_than_the_earlier_release_are_still_told_apart(
    whole: Release,
) -> None:
    frame = whole.inputs["population_deaths"]
    newest = frame[frame["year"] == frame["year"].max()].assign(year=YEAR)
    inputs = {**whole.inputs, "population_deaths": pd.concat([frame, newest], ignore_index=True)}
    earlier, later = replace(whole, year=YEAR - 1), replace(whole, inputs=inputs)
    assert all(mix is not None for _, mix in mixed(earlier.basis, later.basis))


def test_a_later_year_alone_is_a_period(whole: Release) -> None:
    found = ledger(whole, replace(whole, year=2026))
    assert set(found["kind"]) == {"period"}
    verdicts = found[(found["figure"] == "verdict") & (found["measure"] == HEADLINE[0])]
    assert set(verdicts["to_value"]) == {"cannot calculate"}
    assert set(verdicts["reason"]) == {"words"}


def test_numbers_that_other_code_made_move_by_code_alone(whole: Release) -> None:
    before = by_other_code(whole.published)
    found = chain(before, whole.published, [("code", whole.published)])
    assert set(found["kind"]) == {"code"}
    assert set(found["change"]) == {0.0123}
    assert set(found["step"]) == {1}


def test_a_later_release_by_other_code_moves_by_code_at_the_end(whole: Release) -> None:
    now = whole.published
    mixes = mixed(whole.basis, whole.basis)
    found = chain(now, by_other_code(now), mixes)
    require_exact(found, now, by_other_code(now))
    assert set(zip(found["kind"], found["step"], strict=True)) == {("code", 6)}


def test_numbers_that_other_code_made_alike_in_both_releases_did_not_move(
    whole: Release,
) -> None:
    same = by_other_code(whole.published)
    assert chain(same, same, mixed(whole.basis, whole.basis)).empty


def test_nothing_changed_gives_an_empty_ledger(whole: Release) -> None:
    found = ledger(whole, whole)
    assert found.empty
    assert tuple(found.columns) == REVISION.names
    assert counts(found) == {}
    assert headline(found, *HEADLINE) is None


@pytest.fixture(scope="module")
def everything(
    whole: Release, without_newest: Release
) -> tuple[pd.DataFrame, dict[Key, str], Release]:
    """A ledger in which all kinds of change are made at once, with both ends."""
    inputs = with_revised_value(with_more_people(whole.inputs))
    later = Release(with_other_zone(whole.study), inputs)
    before = by_other_code(without_newest.published)
    return ledger(without_newest, later, before), before, later


def test_all_kinds_at_once_are_told_apart_and_add_up(
    everything: tuple[pd.DataFrame, dict[Key, str], Release],
) -> None:
    found, before, later = everything
    assert set(found["kind"]) == set(KINDS)
    assert list(counts(found)) == list(KINDS)
    baseline = headline(found, *HEADLINE, "2005 to 2009")
    assert baseline is not None
    assert [kind for kind, _ in baseline.parts] == ["study", "vintage", "revised"]
    assert sum(part for _, part in baseline.parts if part) == baseline.total
    newest = headline(found, *HEADLINE)
    assert newest is not None
    assert newest.earlier == before[gap_of("2009 to 2013")]
    assert newest.later == later.published[gap_of("2010 to 2014")]
    assert [kind for kind, _ in newest.parts] == ["study", "vintage", "period"]
    assert sum(part for _, part in newest.parts if part) == newest.total


def test_a_number_counts_once_for_each_kind_that_changed_it(
    everything: tuple[pd.DataFrame, dict[Key, str], Release],
) -> None:
    found, before, later = everything
    windows = [key for key in before if key.figure == "lower95_years" and before[key]]
    assert counts(found)["code"] == len(windows) == 110
    # The window that came: 10 measures and sexes, each with the figures that aren't missing.
    new = {key for key, value in later.published.items() if key.period == "2010 to 2014" and value}
    assert sum(key.figure == "gap_years" for key in new) == 10
    came = found[(found["reason"] == "came") & (found["period"] == "2010 to 2014")]
    assert len(came) == len(new)
    assert counts(found, "came")["period"] >= len(new)
    assert "code" not in counts(found, "came")


def test_the_ledger_meets_its_contract_its_suite_and_the_database(
    everything: tuple[pd.DataFrame, dict[Key, str], Release], shipped: Project, tmp_path: Path
) -> None:
    found = everything[0]
    warehouse.check({"revision": found})
    warehouse.build(tmp_path / "made.duckdb", {"revision": found})
    content = tables.to_csv(REVISION, found)
    (tmp_path / "revision.csv").write_bytes(content)
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert [row["from_value"] for row in rows] == list(found["from_value"])
    assert any(row["from_value"].startswith("-0.") for row in rows)
    kinds = {column.name: str(column.kind) for column in REVISION.columns}
    suite = shipped.expectations / "revision.json"
    results = worker.check(suite, tmp_path / "revision.csv", kinds, list(REVISION.key))
    assert all(result["success"] for result in results)


def test_releases_of_two_studies_are_refused(whole: Release) -> None:
    heading = whole.study.study.model_copy(update={"id": "camden"})
    other = whole.study.model_copy(update={"study": heading})
    with pytest.raises(UsageError, match="one of westminster, one of camden"):
        mixed(whole.basis, replace(whole, study=other).basis)


def test_a_study_that_does_not_fit_the_earlier_data_is_joined_with_what_makes_it_fit(
    whole: Release, without_newest: Release
) -> None:
    promise = whole.study.promise.model_copy(update={"baseline_period": (2010, 2014)})
    later = replace(whole, study=whole.study.model_copy(update={"promise": promise}))
    found = ledger(without_newest, later)
    assert set(found["kind"]) == {"study, vintage, revised and period"}


@dataclass(frozen=True)
class Pinned:
    """Two snapshots of a project: the shipped one, and a later one with other populations."""

    project: Project
    shipped: str
    later: str

    def basis(self, mine: Study, snapshot: str, year: int = YEAR) -> Basis:
        raw = self.project.raw
        return Basis(
            mine,
            year,
            lambda asked: by_year(load_inputs(raw, snapshots.load(raw, snapshot), asked)),
        )


@pytest.fixture
def pinned(project: Project) -> Pinned:
    first = snapshots.load(project.raw).id
    later = repin(project, "ward-population-deaths", lambda text: text.replace(",1", ",2", 1))
    return Pinned(project, first, later)


def test_a_study_with_a_source_that_the_earlier_snapshot_lacks_is_still_told_apart(
    pinned: Pinned, whole: Release
) -> None:
    """Only the later snapshot holds the source of that name; the earlier tables stand in."""
    old, renamed = whole.study, with_other_target(whole.study)
    sources = tuple(
        source.model_copy(update={"id": "ward-scores"}) if source.id == "ward-reference" else source
        for source in renamed.sources
    )
    renamed = renamed.model_copy(update={"sources": sources})
    later = Basis(renamed, YEAR, lambda _: whole.inputs)
    mixes = mixed(pinned.basis(old, pinned.shipped), later)
    assert all(mix is not None for _, mix in mixes)
    after = replace(whole, study=renamed).published
    assert set(chain(whole.published, after, mixes)["kind"]) == {"study"}


def test_bytes_that_are_not_the_pinned_ones_stop_the_ledger(pinned: Pinned, whole: Release) -> None:
    mine = whole.study
    pin = snapshots.load(pinned.project.raw, pinned.later).pin("ward-population-deaths")
    path = snapshots.object_path(pinned.project.raw, pin.objects[0])
    path.write_bytes(path.read_bytes()[::-1])
    with pytest.raises(IntegrityError, match="sha256"):
        mixed(pinned.basis(mine, pinned.shipped), pinned.basis(mine, pinned.later))


def bridged_moves(earlier: Release, later: Release) -> set[tuple[str, str]]:
    """Kind and reason of each step of the carried gap of the headline."""
    mixes = mixed(earlier.basis, later.basis)
    ends = [dict(mix or {}) for _, mix in mixes]
    found = chain(ends[0], ends[-1], mixes)
    mine = found[
        (found["table_name"] == "bridged_gap")
        & (found["figure"] == "gap_years")
        & (found["measure"] == HEADLINE[0])
        & (found["sex"] == HEADLINE[1])
    ]
    return set(zip(mine["kind"], mine["reason"], strict=True))


def test_carried_gaps_move_with_the_lookups_as_a_vintage(whole: Release) -> None:
    carried = replace(whole, inputs=with_msoas(whole))
    moved = replace(whole, inputs=with_msoas(whole, moved=True))
    assert bridged_moves(carried, moved) == {("vintage", "")}


@pytest.mark.long
def test_carried_gaps_come_with_their_windows_and_go_with_the_lookups(
    whole: Release,
) -> None:
    carried = replace(whole, inputs=with_msoas(whole))
    assert bridged_moves(whole, carried) == {("period", "came")}
    assert bridged_moves(carried, whole) == {("vintage", "went")}


@pytest.mark.parametrize("which", ["earlier", "later", "both"])
def test_from_restricted_deaths_no_mixture_is_made_and_all_kinds_are_one_step(
    whole: Release, without_newest: Release, which: str
) -> None:
    """Old deaths over new residents would be a reading of them that no release told."""
    read: list[str] = []

    def basis(release: Release, name: str) -> Basis:
        study = release.study
        if which in (name, "both"):
            source = FileSource.model_validate(DEATHS_SOURCE | {"restricted": True})
            study = study.model_copy(update={"sources": (*study.sources, source)})

        def reading(asked: Study) -> dict[str, pd.DataFrame]:
            read.append(name)
            return release.inputs

        return Basis(study, release.year, reading)

    mixes = mixed(basis(without_newest, "earlier"), basis(whole, "later"))
    assert read == []
    kinds = [kind for kind in KINDS if kind != "study" or which != "both"]
    assert mixes == [(kind, None) for kind in kinds]
    found = chain(without_newest.published, whole.published, mixes)
    require_exact(found, without_newest.published, whole.published)
    assert set(found["kind"]) == {f"{', '.join(kinds[:-1])} and {kinds[-1]}"}
