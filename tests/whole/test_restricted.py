"""Restricted files: pinned by hash, kept apart, and told of without a cell of theirs."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import shutil
import stat
from pathlib import Path

import pytest

from gapwatch import pulling, snapshots
from gapwatch.contracts import TABLES
from gapwatch.errors import IntegrityError, SourceError, StudyError, UsageError, ValidationError
from gapwatch.exporting import exports
from gapwatch.project import Project
from gapwatch.quality.gate import Gate
from gapwatch.queries import snapshot_changes, snapshot_list
from gapwatch.sources.http import Client
from gapwatch.sources.inputs import load_inputs, read_sources
from gapwatch.study import load
from tests.pullable import forget_publishers

pytestmark = pytest.mark.usefixtures("warm_worker")

DAY, LATER = dt.date(2026, 11, 30), dt.date(2026, 12, 24)
HEADER = "Registered,LSOA21,Sex,Age"
FIRST, SECOND = "E01033595", "E01033602"
DEATHS = [
    f"2024-03-09,{FIRST},male,84",
    f"2024-05-11,{FIRST},female,91",
    f"2025-02-14,{SECOND},female,77",
    f"2025-07-30,{SECOND},male,31",
    f"2026-01-30,{SECOND},male,62",
    f"2026-03-02,{FIRST},male,55",
]
SOURCE = """
[[sources]]
id = "local-deaths"
kind = "file"
table = "deaths"
next_expected = "Every month."
title = "Deaths registered, by small area"
publisher = "The council's public health team"
licence = "Not to be passed on"
attribution = "Source: the council."
path = "extract.csv"
restricted = {restricted}
add_up = true
dates = "yyyy-mm-dd"
header = ["Registered", "LSOA21"]
columns = {{ area_code = "LSOA21", area_name = "LSOA21", sex = "Sex", age = "Age", \
date = "Registered" }}
constants = {{ geography = "lsoa2021", deaths_persons = "1" }}
units = {{ deaths_persons = "persons" }}
"""


def put(project: Project, rows: list[str]) -> None:
    text = "\n".join([HEADER, *rows, ""])
    path = project.study_file.parent / "extract.csv"
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")


def pull(project: Project, day: dt.date = DAY, *, accept: bool = False) -> pulling.Pulled:
    with Client(allow_local=True, tries=1) as client:
        return pulling.pull(project, today=day, client=client, accept_revisions=accept)


@pytest.fixture(params=["true"])
def local(project: Project, request: pytest.FixtureRequest) -> Project:
    """The shipped study with a council's own extract beside it."""
    forget_publishers(project)
    with project.study_file.open("a", encoding="utf-8") as study:
        study.write(SOURCE.format(restricted=request.param))
    put(project, DEATHS)
    return project


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, shipped: Project) -> Project:
    """A project that has pulled a restricted extract once."""
    root = tmp_path_factory.mktemp("restricted") / "project"
    for name in ("data/raw", "expectations"):
        shutil.copytree(shipped.root / name, root / name)
    shutil.copy(shipped.study_file, root / "gapwatch.toml")
    made = Project(root, root / "gapwatch.toml")
    forget_publishers(made)
    with made.study_file.open("a", encoding="utf-8") as study:
        study.write(SOURCE.format(restricted="true"))
    put(made, DEATHS)
    pull(made)
    return made


@pytest.fixture
def pulled(first: Project, tmp_path: Path) -> Project:
    root = tmp_path / "pulled"
    shutil.copytree(first.root, root)
    return Project(root, root / "gapwatch.toml")


def pin_of(project: Project) -> snapshots.Pin:
    return snapshots.load(project.raw, study="westminster").pin("local-deaths")


def object_of(project: Project) -> Path:
    return snapshots.object_path(project.raw, pin_of(project).objects[0], restricted=True)


def test_a_restricted_object_lies_apart_and_is_open_to_its_owner_alone(pulled: Project) -> None:
    path = object_of(pulled)
    assert path.parent == pulled.root / "data" / "restricted" / "objects"
    assert path.read_bytes().startswith(b"Registered")
    assert not (pulled.raw / "objects" / path.name).exists()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700
    assert snapshots.check(pulled.raw).problems == []


def test_a_pin_says_that_it_is_restricted_and_others_are_written_as_before(
    pulled: Project,
) -> None:
    folder = pulled.raw / "snapshots" / snapshots.load(pulled.raw, study="westminster").id / "pins"
    told = {path.stem: json.loads(path.read_bytes()) for path in folder.iterdir()}
    assert told.pop("local-deaths")["restricted"] is True
    # The keys of a pin before there were restricted ones.
    before = {
        "id",
        "table",
        "title",
        "publisher",
        "licence",
        "attribution",
        "period",
        "obtained",
        "obtained_on",
        "objects",
    }
    assert told
    assert all(set(pin) == before for pin in told.values())


def test_version_control_leaves_restricted_objects_out(shipped: Project) -> None:
    assert "data/restricted/" in (shipped.root / ".gitignore").read_text().splitlines()


def test_a_restricted_file_that_is_not_here_is_named_and_no_fault(pulled: Project) -> None:
    path = object_of(pulled)
    path.unlink()
    found = snapshots.check(pulled.raw)
    assert found.problems == []
    assert [name.rpartition(" ")[2] for name in found.elsewhere] == [path.name]
    (problem,) = snapshots.check(pulled.raw, require_restricted=True).problems
    assert path.name in problem.where
    listed = [pin for held in snapshot_list(pulled) for pin in held["pins"]]
    assert [pin["id"] for pin in listed if pin.get("on_this_machine") is False] == ["local-deaths"]


def test_reading_a_restricted_file_that_is_not_here_says_where_to_get_it(pulled: Project) -> None:
    path = object_of(pulled)
    path.unlink()
    with pytest.raises(UsageError) as caught:
        snapshots.read_objects(pulled.raw, pin_of(pulled))
    assert caught.value.found == "restricted, not on this machine"
    for word in (
        "The council's public health team",
        "extract.csv",
        path.name,
        "--include-restricted local-deaths",
    ):
        assert word in caught.value.remedy


def test_a_flipped_a_strange_and_an_open_restricted_file_are_named(pulled: Project) -> None:
    path = object_of(pulled)
    good = path.read_bytes()
    path.write_bytes(good.replace(b"84", b"85"))
    (problem,) = snapshots.check(pulled.raw).problems
    assert problem.where.startswith(str(path))
    path.write_bytes(good)
    strange = path.with_name("strange.csv")
    strange.touch(mode=0o600)
    (problem,) = snapshots.check(pulled.raw).problems
    assert problem.where == str(strange)
    strange.unlink()
    path.chmod(0o644)
    (problem,) = snapshots.check(pulled.raw).problems
    assert (problem.where, problem.found) == (str(path), "mode 644")


def test_a_damaged_restricted_object_is_written_anew_and_stays_its_owners(pulled: Project) -> None:
    path = object_of(pulled)
    good = path.read_bytes()
    path.write_bytes(good[::-1])
    again = pull(pulled)
    assert (again.new, again.mended) == (False, (str(path),))
    assert path.read_bytes() == good
    assert snapshots.check(pulled.raw).problems == []


def test_a_stopped_pull_takes_its_restricted_objects_with_it(pulled: Project) -> None:
    folder = pulled.raw / "snapshots" / snapshots.load(pulled.raw, study="westminster").id
    room = folder.parent / ".writing-x"
    room.mkdir()
    path = object_of(pulled)
    folder.rename(room / folder.name)
    (path.parent / ".writing-y").touch(mode=0o600)
    snapshots.clear_leftovers(pulled.raw)
    assert list(path.parent.iterdir()) == []
    assert snapshots.check(pulled.raw).problems == []


def test_what_changed_is_told_by_year_and_never_by_row(pulled: Project) -> None:
    one = snapshots.load(pulled.raw, study="westminster").id
    put(pulled, [*DEATHS, f"2025-07-30,{FIRST},male,33"])
    made = pull(pulled, LATER)
    (change,) = made.changes
    assert str(change) == "local-deaths: deaths, geography=lsoa2021 year=2025: differs"
    assert snapshot_changes(pulled, one, made.snapshot) == [change]


@pytest.mark.parametrize(
    "local", ["true", pytest.param("false", marks=pytest.mark.long)], indirect=True
)
@pytest.mark.long
def test_fewer_deaths_of_a_closed_year_are_refused_until_somebody_accepts_them(
    local: Project, request: pytest.FixtureRequest
) -> None:
    text = local.study_file.read_text(encoding="utf-8")
    spared, needed = 'id = "local-deaths"\n', 'id = "local-deaths"\nrequired = true\n'
    local.study_file.write_text(text.replace(spared, needed), encoding="utf-8")
    pull(local)
    put(local, [row for row in DEATHS if not row.startswith("2025-02")])
    before = snapshots.ids(local.raw)
    with pytest.raises(SourceError) as caught:
        pull(local, LATER)
    # What a restricted file holds less, and of which year, would go out with an alert.
    told = "2025" in str(caught.value.found)
    assert told == (request.node.callspec.params["local"] == "false")
    assert caught.value.found.startswith("fewer in ")
    assert "--accept-revisions" in caught.value.remedy
    assert snapshots.ids(local.raw) == before
    assert pull(local, LATER, accept=True).new
    # The year that was still open may lose what was put in it too early.
    put(local, [row for row in DEATHS if not row.startswith(("2025-02", "2026-03"))])
    assert pull(local, LATER).new


@pytest.mark.long
def test_a_new_edition_where_the_old_one_is_elsewhere_needs_somebodys_word(
    pulled: Project,
) -> None:
    object_of(pulled).unlink()
    put(pulled, [*DEATHS, f"2026-07-30,{FIRST},male,33"])
    with pytest.raises(UsageError, match="not on this machine"):
        pull(pulled, LATER)
    assert pull(pulled, LATER, accept=True).new


def test_a_pull_refuses_a_month_in_the_future_and_a_correction_of_a_restricted_file(
    pulled: Project,
) -> None:
    put(pulled, [*DEATHS, f"2027-01-01,{FIRST},male,33"])
    with pytest.raises(ValidationError, match=r"extract\.csv, row 8"):
        pull(pulled, LATER)
    put(pulled, DEATHS)
    with pulled.study_file.open("a", encoding="utf-8") as study:
        study.write(
            '\n[[corrections]]\nsource = "local-deaths"\ntable = "deaths"\n'
            'column = "deaths_persons"\nkey = {}\npublished = "3"\ncorrected = "4"\nreason = "x"\n'
        )
    with pytest.raises(StudyError, match="a source that isn't restricted"):
        pull(pulled, LATER)


@pytest.mark.long
def test_findings_on_a_restricted_table_tell_period_and_no_row(
    pulled: Project, tmp_path: Path
) -> None:
    import pandas as pd

    rows = [
        ("lsoa2021", FIRST, FIRST, "male", 2024, "12-31", "03", "", age, age, 1.0)
        for age in (84, 85)
    ]
    frame = pd.DataFrame(rows, columns=list(TABLES["deaths"].names))
    suite = {
        "table": "deaths",
        "expectations": [
            {
                "type": "expect_table_row_count_to_be_between",
                "kwargs": {"min_value": 9},
                "severity": "warning",
                "says": "enough",
            },
            {
                "type": "expect_column_values_to_be_between",
                "kwargs": {"column": "deaths_persons", "min_value": 2},
                "severity": "warning",
                "says": "two at least",
            },
        ],
    }
    (tmp_path / "deaths.json").write_text(json.dumps(suite))
    (tmp_path / "room").mkdir()
    with Gate(tmp_path, tmp_path / "room") as gate:
        gate.check(TABLES["deaths"], frame, restricted=True)
        assert list((tmp_path / "room").iterdir()) == []
        found = gate.findings()
    assert list((tmp_path / "room").iterdir()) == []
    assert found["examples"].tolist() == [
        "the table is restricted",
        "geography lsoa2021; year 2024",
    ]
    # How many rows there are, and how many fail, are numbers of deaths.
    assert found[["rows_checked", "rows_unexpected"]].isna().all(axis=None)
    with Gate(tmp_path, tmp_path / "room") as gate:
        gate.check(TABLES["deaths"], frame)
        assert FIRST in gate.findings()["examples"].tolist()[1]


def test_a_swapped_restricted_file_is_refused_as_any_other(pulled: Project) -> None:
    path = object_of(pulled)
    path.write_bytes(path.read_bytes()[::-1])
    with pytest.raises(IntegrityError, match=path.name):
        snapshots.read_objects(pulled.raw, pin_of(pulled))


def test_a_study_that_no_longer_says_restricted_can_not_read_what_was_pinned_so(
    pulled: Project,
) -> None:
    snapshot = snapshots.load(pulled.raw, study="westminster")
    study, _ = load(pulled.study_file)
    assert "local-deaths" in read_sources(pulled.raw, snapshot, study)
    text = pulled.study_file.read_text(encoding="utf-8")
    pulled.study_file.write_text(text.replace("restricted = true", "restricted = false"), "utf-8")
    opened, _ = load(pulled.study_file)
    with pytest.raises(StudyError, match="restricted = true, as the file was pinned") as caught:
        read_sources(pulled.raw, snapshot, opened)
    assert caught.value.where == "sources, local-deaths"


def test_a_study_that_says_restricted_can_not_read_what_was_pinned_openly(
    pulled: Project,
) -> None:
    snapshot = snapshots.load(pulled.raw, study="westminster")
    study, _ = load(pulled.study_file)
    pins = tuple(
        pin.model_copy(update={"restricted": False}) if pin.id == "local-deaths" else pin
        for pin in snapshot.pins
    )
    with pytest.raises(StudyError, match="a pin that is restricted") as caught:
        read_sources(pulled.raw, snapshot.model_copy(update={"pins": pins}), study)
    assert caught.value.found == "one that isn't"


def test_no_export_holds_a_restricted_table_whatever_table_that_is(pulled: Project) -> None:
    study, _ = load(pulled.study_file)
    snapshot = snapshots.load(pulled.raw, study="westminster")
    frames = load_inputs(pulled.raw, snapshot, study)
    assert "data/area_reference.csv" in exports(study, frames, snapshot)
    # No study may say so; a mistake in that rule must not publish a file.
    forced = next(s for s in study.sources if s.id == "local-deaths").model_copy(
        update={"table": "area_reference"}
    )
    found = exports(study.model_copy(update={"sources": (forced,)}), frames, snapshot)
    assert "data/area_reference.csv" not in found
    assert b"area_reference.csv" not in found["data/metadata.json"]
    assert "data/deaths.csv" not in found


def test_neither_size_nor_plain_hash_of_a_restricted_file_is_in_what_is_shared(
    pulled: Project,
) -> None:
    content = (pulled.root / "extract.csv").read_bytes()
    plain, size = hashlib.sha256(content).hexdigest(), len(content)
    pin = pin_of(pulled)
    assert pin.told == {"hmac_sha256": pin.objects[0].hmac_sha256}
    assert pin.period == "not told"
    shared = [path for path in pulled.raw.rglob("*") if path.is_file()]
    assert not any(plain.encode() in path.read_bytes() or plain in path.name for path in shared)
    dump = json.loads(next(path for path in shared if path.name == "local-deaths.json").read_text())
    assert set(dump["objects"][0]) == {"role", "address", "suffix", "hmac_sha256"}
    assert str(size) not in json.dumps(dump["objects"])
    listed = [
        held
        for one in snapshot_list(pulled)
        for held in one["pins"]
        if held["id"] == "local-deaths"
    ]
    assert "bytes" not in json.dumps(listed)
    assert plain not in json.dumps(listed)


def test_the_key_lies_beside_the_objects_open_to_its_owner_alone(pulled: Project) -> None:
    key = pulled.root / "data" / "restricted" / ".key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    content = (pulled.root / "extract.csv").read_bytes()
    wanted = hmac.new(key.read_bytes(), content, "sha256").hexdigest()
    assert pin_of(pulled).objects[0].hmac_sha256 == wanted
    assert snapshots.check(pulled.raw, require_restricted=True).problems == []
    key.chmod(0o640)
    (problem,) = snapshots.check(pulled.raw).problems
    assert (problem.found, problem.remedy) == ("mode 640", f"chmod 600 {key}")


def test_a_lost_key_is_named_and_no_new_one_takes_its_place(pulled: Project) -> None:
    key = pulled.root / "data" / "restricted" / ".key"
    kept = key.read_bytes()
    key.unlink()
    (problem,) = snapshots.check(pulled.raw).problems
    assert problem.where == str(key)
    put(pulled, [*DEATHS, f"2026-03-03,{FIRST},male,44"])
    with pytest.raises(IntegrityError, match="named with one"):
        pull(pulled, LATER)
    assert not key.exists()
    key.write_bytes(kept[::-1])
    key.chmod(0o600)
    (problem,) = snapshots.check(pulled.raw).problems
    assert problem.found == "other bytes, or another key"


def test_pins_share_the_digest_of_an_extract_that_two_studies_share(pulled: Project) -> None:
    pin = pin_of(pulled)
    other = pin.model_copy(update={"id": "the-other-study", "title": "Another"})
    assert snapshots.same_restricted_object(pin, other) is True
    elsewhere = snapshots.described(
        pulled.root / "elsewhere" / "raw",
        role="data",
        address="extract.csv",
        suffix="csv",
        content=object_of(pulled).read_bytes(),
        restricted=True,
    )
    # Another key: nothing can be known.
    assert elsewhere.hmac_sha256 != pin.objects[0].hmac_sha256
    stranger = pin.model_copy(update={"objects": (elsewhere,)})
    assert snapshots.same_restricted_object(pin, stranger) is None


def test_a_restricted_pin_of_before_the_key_is_still_read(pulled: Project) -> None:
    content = object_of(pulled).read_bytes()
    old = snapshots.Object(
        role="data", address="extract.csv", sha256=snapshots.sha256(content), bytes=len(content)
    )
    pin = pin_of(pulled).model_copy(update={"objects": (old,)})
    path = snapshots.object_path(pulled.raw, old, restricted=True)
    path.write_bytes(content)
    path.chmod(0o600)
    assert snapshots.read_objects(pulled.raw, pin) == (content,)


def test_a_snapshot_that_is_lent_is_verified_without_the_key(
    pulled: Project, tmp_path: Path
) -> None:
    name = snapshots.load(pulled.raw, study="westminster").id
    away = tmp_path / "away" / "raw"
    shutil.copytree(pulled.raw, away)
    snapshots.lend(pulled.raw, away, name)
    assert not (away.parent / "restricted" / ".key").exists()
    (content,) = snapshots.read_objects(away, pin_of(pulled))
    assert content == object_of(pulled).read_bytes()
    path = snapshots.object_path(away, pin_of(pulled).objects[0], restricted=True)
    path.write_bytes(content.replace(b"84", b"85"))
    with pytest.raises(IntegrityError, match=path.name):
        snapshots.read_objects(away, pin_of(pulled))
