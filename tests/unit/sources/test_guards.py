"""What a publisher must not be able to do: each refused while the last snapshot is the newest."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator

import pandas as pd
import pytest

from gapwatch import snapshots, study
from gapwatch.errors import SourceError, UsageError, ValidationError
from gapwatch.project import Project
from gapwatch.sources import registry as kinds
from gapwatch.sources.files import newest_link
from gapwatch.sources.fits_study import require_fit
from gapwatch.sources.http import Client
from gapwatch.sources.inputs import load_inputs
from gapwatch.sources.payload import Payload
from gapwatch.sources.portal import parse as parse_layer
from gapwatch.sources.responses import retry_after
from gapwatch.sources.revisions import differences, require_announced
from tests.unit.sources import test_portal
from tests.unit.sources.fingertips_files import AREAS, at, payloads, rows, source, written

CUT = b"HTTP/1.0 200 OK\r\nContent-Type: text/csv\r\n\r\ncode,value\r\nE1,20"


@pytest.fixture
def ends_with_the_connection() -> Iterator[str]:
    """A server that sends half of a file and hangs up, as HTTP/1.0 allows."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(CUT)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/f.csv"
        thread.join()


def test_a_body_whose_end_nobody_tells_is_refused(ends_with_the_connection: str) -> None:
    with (
        Client(allow_local=True, tries=1) as client,
        pytest.raises(SourceError, match="ends with the connection"),
    ):
        client.get(ends_with_the_connection, expect="csv")


@pytest.mark.parametrize(
    ("name", "value"),
    [("SSL_CERT_FILE", "/nowhere/at/all"), ("HTTPS_PROXY", "ftp://proxy.invalid")],
)
def test_settings_of_the_machine_that_cannot_be_used_are_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match="proxy or certificates"):
        Client()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("Fri, 31 Dec 9999 23:59:59 -1200", float("inf")), ("12", 12.0), ("soon", 0.0)],
)
def test_whatever_retry_after_says_is_a_number(text: str, seconds: float) -> None:
    found = retry_after(text)
    assert (float("inf") if found > 1e9 else found) == seconds


LINKS = b"""<a href="/d1.csv">1</a> <a href="https://elsewhere.example/d99.csv">99</a>
<a href="http://127.0.0.1:9/d98.csv">98</a>"""


@pytest.mark.parametrize(
    ("pattern", "link"),
    [
        (r"d\d+\.csv", "https://publisher.example/d1.csv"),
        (r"elsewhere\.example/d\d+\.csv", "https://elsewhere.example/d99.csv"),
    ],
)
def test_a_landing_page_cannot_choose_another_host(pattern: str, link: str) -> None:
    assert newest_link("https://publisher.example/page", LINKS, pattern) == link


def changed_by(uploaded: str | None) -> tuple[Payload, ...]:
    """Fingertips' answers with one figure changed, and this date of the last change."""
    table = rows()
    at(table, AREAS[0], "Male")["Value"] = "86.0"
    about = {"IndicatorId": 93283, "LastUploadedAt": uploaded}
    return payloads(written(table), changed=about)


@pytest.mark.parametrize("uploaded", ["2025-10-07T10:30:00", "2019-01-01T00:00:00", None, "later"])
def test_only_a_later_date_announces_a_changed_figure(uploaded: str | None) -> None:
    before, now = payloads(written(rows())), changed_by(uploaded)
    told = differences(source(), before, kinds.parse(source(), now))
    with pytest.raises(SourceError, match="without a word"):
        require_announced(source(), before, now, told)
    require_announced(source(), before, changed_by("2025-11-01T00:00:00"), told)


def test_what_was_pinned_under_another_description_is_told_and_not_compared() -> None:
    before = payloads(written(rows()))
    anew = source(period_years=3)
    (change,) = differences(anew, before, {})
    assert change.what == "described"
    assert "description changed" in str(change)
    require_announced(anew, before, before, [change])


def test_sexes_in_each_others_place_are_refused() -> None:
    table = rows()
    other = {"Male": "Female", "Female": "Male"}
    for row in table:
        row["Sex"] = other.get(row["Sex"], row["Sex"])
    with pytest.raises(ValidationError, match="females who live longer"):
        kinds.parse(source(), payloads(written(table)))


@pytest.mark.parametrize("name", ["red\x1b[31m", "nul\x00", "\N{CJK UNIFIED IDEOGRAPH-897F}"])
def test_a_name_that_no_report_can_print_is_refused(name: str) -> None:
    table = rows()
    for code, text in zip(AREAS, (name, "Two", "Three"), strict=True):
        for sex in ("Male", "Female"):
            at(table, code, sex)["Area Name"] = text
    with pytest.raises((SourceError, ValidationError)):
        kinds.parse(source(), payloads(written(table)))


@pytest.fixture(scope="module")
def inputs(shipped: Project) -> dict[str, pd.DataFrame]:
    loaded, _ = study.load(shipped.study_file)
    return load_inputs(shipped.raw, snapshots.load(shipped.raw), loaded)


def with_msoa(inputs: dict[str, pd.DataFrame], **cells: object) -> dict[str, pd.DataFrame]:
    """The shipped inputs and a figure for an MSOA of 2021."""
    frame = inputs["life_expectancy"]
    row = (
        frame[frame["geography"] == "ward2011"]
        .iloc[[0]]
        .assign(geography="msoa2021", area_code="E02000967", **cells)
    )
    return {**inputs, "life_expectancy": pd.concat([frame, row], ignore_index=True)}


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"period_start": 2031, "period_end": 2035}, "2031 to 2035"),
        ({"lower95_years": 82.0, "upper95_years": 82.0, "life_expectancy_years": 82.0}, "82 to 82"),
    ],
    ids=["a time to come", "an interval without a width"],
)
def test_figures_on_other_areas_are_held_to_the_same_rules(
    shipped: Project, inputs: dict[str, pd.DataFrame], cells: dict[str, object], told: str
) -> None:
    loaded, _ = study.load(shipped.study_file)
    require_fit(loaded, with_msoa(inputs), known_in=2026)
    with pytest.raises(ValidationError, match=told):
        require_fit(loaded, with_msoa(inputs, **cells), known_in=2026)


def test_an_area_in_two_of_the_larger_ones_of_its_own_census_is_refused() -> None:
    pairs = [("E01004646", "E02000960"), ("E01004646", "E02000961")]
    features = [
        {"attributes": {"LSOA21CD": one, "MSOA21CD": other, "LAD24CD": "E09000033"}}
        for one, other in pairs
    ]
    described = test_portal.lookup(
        to_geography="msoa2021", to_code_column="MSOA21CD", expected_areas=1
    )
    sent = (Payload("data-0001", "a", "json", json.dumps({"features": features}).encode()),)
    with pytest.raises(ValidationError, match="nest"):
        parse_layer(described, sent)


def test_an_outline_far_from_the_others_is_refused() -> None:
    layer = test_portal.two()
    ring = layer["features"][1]["geometry"]["coordinates"][0]
    for point in ring:
        point[1] += 3.0
    sent = (Payload("data-0001", "a", "json", json.dumps(layer).encode()),)
    with pytest.raises(ValidationError, match="km"):
        parse_layer(test_portal.layer(), sent)


def test_addresses_too_long_to_be_read_back_are_refused_before_anything_is_written(
    project: Project,
) -> None:
    pin = snapshots.load(project.raw).pins[0]
    item = pin.objects[0].model_copy(update={"address": "https://example.org/" + "a" * 1_100_000})
    long = pin.model_copy(update={"objects": (item,)})
    before = sorted(project.raw.rglob("*"))
    with pytest.raises(SourceError, match="at most"):
        snapshots.write(
            project.raw,
            title="Long",
            as_known_at=snapshots.load(project.raw).as_known_at,
            items=[(long, snapshots.read_objects(project.raw, pin))],
        )
    assert sorted(project.raw.rglob("*")) == before
