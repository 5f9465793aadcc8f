"""Registers of initiatives and what people said, as councils and funders keep them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from gapwatch import warehouse
from gapwatch.errors import GapwatchError, ValidationError
from gapwatch.sources import registry as kinds
from gapwatch.sources.payload import Payload
from gapwatch.study.sources import FileSource
from tests.unit.sources.described import DAY

ABOUT: dict[str, Any] = {
    "kind": "file",
    "id": "register",
    "table": "initiative",
    "next_expected": "none",
    "title": "A register",
    "publisher": "nobody",
    "attribution": "invented",
    "path": "register.csv",
}
# 360Giving, by the names of its standard (JSON) and of its spreadsheet template (CSV).
GIVING = ABOUT | {
    "format": "json",
    "path": "grants.json",
    "records": "grants",
    "unfold": "beneficiaryLocation",
    "columns": {
        "initiative": "id",
        "title": "title",
        "led_by": "recipientOrganization.0.name",
        "theme": "classifications.0.title",
        "starts_on": "plannedDates.0.startDate",
        "ends_on": "plannedDates.0.endDate",
        "area_code": "beneficiaryLocation.geoCode",
    },
    "values": {"theme": {"Health & wellbeing": "health", "": ""}},
    "constants": {"where_basis": "residents"},
}
GRANTS = {
    "grants": [
        {
            "id": "360G-trust-0001",
            "title": "Walking groups",
            "currency": "GBP",
            "amountAwarded": 25000,
            "awardDate": "2021-02-01T00:00:00+00:00",
            "recipientOrganization": [{"id": "GB-CHC-1", "name": "Walk On"}],
            "classifications": [{"title": "Health & wellbeing"}],
            "plannedDates": [
                {"startDate": "2021-04-01T00:00:00Z", "endDate": "2023-03", "duration": 24}
            ],
            "beneficiaryLocation": [
                {"name": "Church Street", "geoCode": "E05000634", "geoCodeType": "WD"},
                {"name": "Westbourne", "geoCode": "E05000648", "geoCodeType": "WD"},
            ],
        },
        {
            "id": "360G-trust-0002",
            "title": "A study",
            "recipientOrganization": [{"id": "GB-CHC-2", "name": "=Look"}],
        },
    ]
}
# Open Referral UK (HSDS 3): no start, no expected effect; a page of the API or a file.
REFERRAL = ABOUT | {
    "format": "json",
    "path": "services.json",
    "records": "contents",
    "unfold": "service_areas",
    "columns": {
        "initiative": "id",
        "title": "name",
        "led_by": "organization.name",
        "theme": "attributes.0.taxonomy_term.name",
        "area_code": "service_areas.uri",
        "reference": "url",
    },
    "values": {"area_code": {"http://statistics.data.gov.uk/id/E05000634": "E05000634"}},
    "constants": {"where_basis": "delivery"},
}
SERVICES = {
    "total_items": 1,
    "total_pages": 1,
    "contents": [
        {
            "id": "ac148810-d857-441c-9679-408f346de14b",
            "name": "Community kitchen",
            "status": "active",
            "organization_id": "d9d5e0f5",
            "organization": {"name": "A charity"},
            "attributes": [{"taxonomy_term": {"name": "communities"}}],
            "url": "https://example.org/kitchen",
            "service_areas": [{"uri": "http://statistics.data.gov.uk/id/E05000634"}],
        }
    ],
}
COUNCIL = ABOUT | {
    "header": ["Ref", "Project"],
    "dates": "dd/mm/yyyy",
    "columns": {
        "initiative": "Ref",
        "title": "Project",
        "led_by": "Lead",
        "theme": "Priority",
        "starts_on": "Start",
        "ends_on": "End",
        "area_code": "Ward",
        "areas_chosen": "Chosen",
    },
    "values": {
        "area_code": {"Church Street": "E05000634", "Westbourne": "E05000648", "": ""},
        "theme": {"Housing": "housing"},
        "areas_chosen": {"need": "worst"},
    },
    "constants": {"where_basis": "delivery"},
}
SHEET = (
    "Ref,Project,Lead,Priority,Start,End,Ward,Chosen\n"
    "H1,Warm homes,Housing team,Housing,01/04/2020,31/03/2024,Church Street,need\n"
    "H1,Warm homes,Housing team,Housing,01/04/2020,31/03/2024,Westbourne,need\n"
    "H2,Damp line,,Housing,2022,,,need\n"
)


def read(described: Mapping[str, Any], content: object) -> pd.DataFrame:
    text = content if isinstance(content, str) else json.dumps(content)
    source = FileSource.model_validate(described)
    suffix = "json" if source.format == "json" else "csv"
    payload = Payload("data", source.path or "", suffix, text.encode())
    return kinds.parse(source, (payload,), DAY)[source.table]


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    return list(frame[list(columns)].itertuples(index=False, name=None))


def test_360giving_has_a_row_a_place_that_it_is_for() -> None:
    found = read(GIVING, GRANTS)
    named = ("initiative", "area_code", "led_by", "theme", "starts_on", "ends_on", "register")
    assert rows(found, *named) == [
        (
            "360G-trust-0001",
            "E05000634",
            "Walk On",
            "health",
            "2021-04-01",
            "2023-03",
            "register",
        ),
        (
            "360G-trust-0001",
            "E05000648",
            "Walk On",
            "health",
            "2021-04-01",
            "2023-03",
            "register",
        ),
        ("360G-trust-0002", "", "=Look", "", "", "", "register"),
    ]
    assert set(found["areas_chosen"]) == {"not-stated"}


def test_360giving_in_csv_reads_the_same_by_the_names_of_its_template() -> None:
    columns = {
        "initiative": "Identifier",
        "title": "Title",
        "led_by": "Recipient Org:Name",
        "theme": "Classifications:0:Title",
        "starts_on": "Planned Dates:0:Start Date",
        "ends_on": "Planned Dates:0:End Date",
        "area_code": "Beneficiary Location:0:Geographic Code",
    }
    described = {k: v for k, v in GIVING.items() if k not in ("records", "unfold", "format")}
    described |= {"header": ["Identifier"], "columns": columns, "path": "grants.csv"}
    text = (
        ",".join(columns.values()) + "\n"
        "360G-trust-0001,Walking groups,Walk On,Health & wellbeing,2021-04-01,2023-03,E05000634\n"
        "360G-trust-0002,A study,=Look,,,,\n"
    )
    wanted = read(GIVING, GRANTS)
    wanted = wanted[wanted["area_code"] != "E05000648"].reset_index(drop=True)
    pd.testing.assert_frame_equal(read(described, text), wanted)


def test_open_referral_uk_says_what_is_offered_where_and_no_start() -> None:
    found = read(REFERRAL, SERVICES)
    assert rows(found, "initiative", "title", "led_by", "theme", "area_code", "starts_on") == [
        (
            "ac148810-d857-441c-9679-408f346de14b",
            "Community kitchen",
            "A charity",
            "communities",
            "E05000634",
            "",
        )
    ]


def test_a_councils_spreadsheet_reads_with_its_own_dates_and_names() -> None:
    found = read(COUNCIL, SHEET)
    assert rows(found, "initiative", "area_code", "starts_on", "ends_on", "areas_chosen") == [
        ("H1", "E05000634", "2020-04-01", "2024-03-31", "worst"),
        ("H1", "E05000648", "2020-04-01", "2024-03-31", "worst"),
        ("H2", "", "2022", "", "worst"),
    ]


@pytest.mark.parametrize(
    ("content", "expected", "found"),
    [
        ("[1, 2]", "a list of records at grants", "none; the file has a list"),
        ('{"grants": {"id": 1}}', "a list of records at grants", "an object with id"),
        ('{"gifts": []}', "a list of records at grants", "the file has gifts"),
        ('{"grants": [{"id": "a", "id": "b"}]}', "each key of an object once", "'id' again"),
        ('{"grants": [{"id": NaN}]}', "numbers as JSON has them", "NaN"),
        ('{"grants": [{]}', "JSON", "in line 1"),
        ('{"total_pages": 3, "grants": []}', "all records in one file", "a page of 3"),
        ('{"grants": [{"beneficiaryLocation": "here"}]}', "a list at", "a str"),
        ('{"grants": ' + "[" * 200_000 + "]" * 200_000 + "}", "deep", "deeper"),
    ],
)
def test_json_that_is_no_register_is_refused(content: str, expected: str, found: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read(GIVING, content)
    assert expected in caught.value.expected
    assert found in caught.value.found


def test_a_key_that_no_record_has_is_refused() -> None:
    described = GIVING | {"columns": {**GIVING["columns"], "reference": "sourceUrl"}}
    with pytest.raises(ValidationError) as caught:
        read(described, GRANTS)
    assert "sourceUrl" in caught.value.expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("01/04/2020", "2020-13-01", "a date that the calendar has"),
        ("01/04/2020", "31/02/2020", "a date that the calendar has"),
        ("01/04/2020", "spring", "a date of the form dd/mm/yyyy"),
        ("Church Street", "Little Venice", "one of the words that values maps for area_code"),
        ("Housing,01", "Homes,01", "one of the words that values maps for theme"),
        ("H2,Damp line", "H2,", "a value for title"),
        ("H2,Damp", "H 2,Damp", "initiative of the form"),
    ],
)
def test_bad_cells_of_a_register_are_refused(old: str, new: str, expected: str) -> None:
    with pytest.raises(GapwatchError) as caught:
        read(COUNCIL, SHEET.replace(old, new, 1))
    assert expected in caught.value.expected


def test_an_initiative_that_ends_before_it_starts_is_refused() -> None:
    found = read(COUNCIL, SHEET.replace("31/03/2024", "31/03/2019"))
    with pytest.raises(ValidationError) as caught:
        warehouse.check({"initiative": found.assign(where_basis="delivery").iloc[:2]})
    assert caught.value.expected == "an initiative ends after it starts"
    assert "H1 E05000634" in caught.value.found


VOICE = ABOUT | {
    "id": "asked",
    "table": "voice",
    "path": "asked.csv",
    "header": ["Ward", "Theme"],
    "columns": {
        "area_code": "Ward",
        "theme": "Theme",
        "respondents_persons": "Asked",
        "mentions_persons": "Named",
        "quote": "Quote",
        "consent": "Consent",
    },
    "constants": {
        "programme": "listening",
        "wave": "2025",
        "question": "prompted",
        "sample": "representative",
    },
    "units": {"respondents_persons": "persons", "mentions_persons": "persons"},
    "values": {"consent": {"yes": "given", "no": "none", "": ""}},
}
SAID = "Ward,Theme,Asked,Named,Quote,Consent\n"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("E05000634,housing,20,21,,\n", "no more people name a priority than answered"),
        (
            "E05000634,housing,20,2,It is damp.,no\n",
            "a quote stands there with the consent of the person who said it",
        ),
        (
            "E05000634,housing,20,2,It is damp.,\n",
            "a quote stands there with the consent of the person who said it",
        ),
    ],
)
def test_what_people_said_is_refused_where_it_cannot_be(row: str, expected: str) -> None:
    found = read(VOICE, SAID + row)
    with pytest.raises(ValidationError) as caught:
        warehouse.check({"voice": found})
    assert caught.value.expected == expected
    assert "damp" not in str(caught.value)


@pytest.mark.parametrize("count", ["", "-", "1.5", "-3", "<5"])
def test_a_count_of_people_is_a_whole_number(count: str) -> None:
    with pytest.raises(ValidationError):
        read(VOICE, f"{SAID}E05000634,housing,20,{count},,\n")
