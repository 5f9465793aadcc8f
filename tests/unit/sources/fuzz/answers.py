"""Answers of services that were good: Fingertips, Nomis, the portal, and a landing page."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from random import Random
from typing import Any

from gapwatch.sources import files, fingertips, nomis, portal
from gapwatch.sources.payload import Payload
from gapwatch.study.sources import PortalSource
from tests.unit.sources import fingertips_files
from tests.unit.sources.fuzz.mutations import (
    Cells,
    reorder,
    spoil_bytes,
    spoil_json,
    spoil_rows,
    spoil_xml,
)
from tests.unit.sources.fuzz.running import Case, Kind, Sent
from tests.unit.sources.served import nomis_source
from tests.unit.sources.test_portal import layer, lookup, pairs, two

LSOAS = ("E01004646", "E01004647")
PEOPLE = len(LSOAS) * 2 * 91
LANDING = "https://publisher.example/deaths/"
NEWEST = f"{LANDING}deaths2019to2021.csv"
LINKS = [f"deaths2019to{year}.csv" for year in (2019, 2020, 2021)]
FINGERTIPS: Cells = [
    list(fingertips_files.HEADER),
    *([row[name] for name in fingertips_files.HEADER] for row in fingertips_files.rows()),
]


def _written(rows: Cells, chance: Random | None = None) -> bytes:
    buffer = io.StringIO(newline="")
    end = "\r\n" if chance is None else chance.choice(("\n", "\r\n"))
    csv.writer(buffer, lineterminator=end).writerows(rows)
    return buffer.getvalue().encode("utf-8", "replace")


def _replaced(sent: Sent, place: int, content: bytes) -> Sent:
    old = sent[place]
    new = Payload(old.role, old.address, old.suffix, content)
    return (*sent[:place], new, *sent[place + 1 :])


def _json_spoilt(chance: Random, content: bytes) -> bytes:
    if chance.random() < 0.25:
        return spoil_bytes(chance, content, 2)
    return json.dumps(spoil_json(chance, json.loads(content))).encode("utf-8", "replace")


def _fingertips(chance: Random) -> Case:
    way = chance.random()
    good = fingertips_files.payloads(_written(FINGERTIPS))
    place = len(good) - 1
    if way < 0.25:
        table = reorder(chance, FINGERTIPS, 0)
        return Case(_replaced(good, place, _written(table, chance)), harmless=True)
    if way < 0.55:
        table = spoil_rows(chance, FINGERTIPS, 3)
        return Case(_replaced(good, place, _written(table)), harmless=False)
    if way < 0.75:
        content = spoil_bytes(chance, good[place].content)
        return Case(_replaced(good, place, content), harmless=False)
    place = chance.randrange(len(good) - 1)
    return Case(_replaced(good, place, _json_spoilt(chance, good[place].content)), harmless=False)


def _sdmx(codes: list[dict[str, Any]]) -> bytes:
    return json.dumps({"structure": {"codelists": {"codelist": [{"code": codes}]}}}).encode()


def _nomis_pages(rows: Cells) -> Sent:
    """The types, two lower-layer areas, and their residents on two pages."""
    header = [name.upper() for name in nomis.FIELDS]
    half = len(rows) // 2
    types = [
        {"value": "TYPE151", "description": {"value": nomis_source().area_type}},
        {"value": "TYPE152", "description": {"value": "something else"}},
    ]
    areas = [
        {
            "value": n,
            "annotations": {
                "annotation": [{"annotationtitle": "GeogCode", "annotationtext": code}]
            },
        }
        for n, code in enumerate(LSOAS)
    ]
    return (
        Payload("types", "-", "json", _sdmx(types)),
        Payload("areas", "https://nomis.example/E09000033TYPE151.def", "json", _sdmx(areas)),
        Payload("data-0001", "-", "csv", _written([header, *rows[:half]])),
        Payload("data-0002", "-", "csv", _written([header, *rows[half:]])),
    )


NOMIS: Cells = [
    [2022, code, f"Westminster {code[-1]}", sex, age, (sex * 7 + age) % 23, PEOPLE]
    for code in LSOAS
    for sex in (1, 2)
    for age in range(101, 192)
]
NOMIS_SENT = _nomis_pages(NOMIS)


def _nomis(chance: Random) -> Case:
    way = chance.random()
    if way < 0.25:
        rows = chance.sample(NOMIS, len(NOMIS))
        sent = _nomis_pages(rows)
        header = [name.upper() for name in nomis.FIELDS]
        table = reorder(chance, [header, *rows[: len(rows) // 2]], 0)
        return Case(_replaced(sent, 2, _written(table, chance)), harmless=True)
    if way < 0.5:
        return Case(_nomis_pages(spoil_rows(chance, NOMIS, 2)), harmless=False)
    if way < 0.6:
        # What is asked of each number is that it's whole: some other numbers are as good.
        rows = [list(row) for row in NOMIS]
        chance.choice(rows)[chance.choice((2, 5))] = chance.randrange(10**6)
        return Case(_nomis_pages(rows), harmless=False)
    if way < 0.75:
        place = chance.choice((2, 3))
        content = spoil_bytes(chance, NOMIS_SENT[place].content, 2)
        return Case(_replaced(NOMIS_SENT, place, content), harmless=False)
    if way < 0.85:
        sent = list(NOMIS_SENT)
        kind = chance.randrange(3)
        at = chance.randrange(len(sent))
        if kind == 0:
            del sent[at]
        elif kind == 1:
            sent.append(sent[at])
        else:
            chance.shuffle(sent)
        return Case(tuple(sent), harmless=False)
    place = chance.randrange(2)
    return Case(
        _replaced(NOMIS_SENT, place, _json_spoilt(chance, NOMIS_SENT[place].content)),
        harmless=False,
    )


def _layer(good: dict[str, Any], part: str) -> Callable[[Random], Case]:
    count = len(good["features"])

    def make(chance: Random) -> Case:
        way = chance.random()
        counted = Payload("count", "-", "json", json.dumps({"count": count}).encode())
        if way < 0.2:
            features = chance.sample(good["features"], count)
            # More columns and marks that nobody asked for.
            more = [f | {part: f[part] | {"REMARK": chance.random()}, "mark": 1} for f in features]
            at = chance.randrange(1, count)
            pages = [{**good, "features": more[:at]}, {**good, "features": more[at:]}]
            contents = [json.dumps(page).encode() for page in pages]
        elif way < 0.8:
            contents = [json.dumps(spoil_json(chance, good)).encode("utf-8", "replace")]
        elif way < 0.9:
            contents = [spoil_bytes(chance, json.dumps(good).encode(), 2)]
        else:
            contents = [json.dumps(good).encode()]
            spoilt = _json_spoilt(chance, counted.content)
            counted = Payload("count", "-", "json", spoilt)
        pages_sent = [
            Payload(f"data-{n:04d}", "-", "json", content) for n, content in enumerate(contents, 1)
        ]
        return Case((counted, *pages_sent), harmless=way < 0.2)

    return make


def _portal(source: PortalSource, good: dict[str, Any], part: str) -> Kind:
    return Kind(_layer(good, part), lambda sent: portal.parse(source, sent))


def _page(links: list[str]) -> str:
    items = "".join(f'<li><a class="btn" href="{link}">an edition</a></li>' for link in links)
    return f"<!DOCTYPE html><html><head><title>Deaths</title></head><body>{items}</body></html>"


def _landing(chance: Random) -> Case:
    way = chance.random()
    others = [
        "",
        "/",
        "births2030.csv",
        "http://publisher.example/deaths2019to2031.csv",
        "https://me:secret@publisher.example/deaths2019to2031.csv",
        "//[",
        "#top",
        "mailto:a@example.org",
    ]
    if way < 0.3:
        links = [*LINKS, *chance.sample(others, chance.randrange(len(others)))]
        content = _page(chance.sample(links, len(links))).encode()
    elif way < 0.7:
        content = spoil_xml(chance, _page(chance.sample(LINKS, chance.randint(1, 2)))).encode()
    else:
        content = spoil_bytes(chance, _page(LINKS[-1:]).encode(), 6, 200)
    return Case((Payload("landing", LANDING, "html", content),), harmless=way < 0.3)


def _link(sent: Sent) -> str:
    return files.newest_link(sent[0].address, sent[0].content, "deaths2019to[0-9]+[.]csv$")


KINDS = {
    "fingertips": Kind(_fingertips, lambda sent: fingertips.parse(fingertips_files.source(), sent)),
    "nomis": Kind(
        _nomis,
        lambda sent: nomis.parse(nomis_source(years=[2022], expected_areas=len(LSOAS)), sent),
    ),
    "portal outlines": _portal(layer(), two(), "properties"),
    "portal lookup": _portal(
        lookup(expected_areas=2),
        pairs((LSOAS[0], "E05013792"), (LSOAS[0], "E05013793"), (LSOAS[1], "E05013792")),
        "attributes",
    ),
    "landing page": Kind(_landing, _link),
}
