"""The Open Geography Portal: boundaries and lookups, asked for page by page and proved complete."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import BOUNDARY, LOOKUP
from gapwatch.errors import SourceError, ValidationError
from gapwatch.sources import portal_outlines
from gapwatch.sources.parsing import words
from gapwatch.sources.payload import Payload
from gapwatch.sources.portal_checks import Record, check_number, code, nest, refuse
from gapwatch.study.source_base import Publishers
from gapwatch.study.sources import PortalSource

if TYPE_CHECKING:
    from gapwatch.sources.http import Client

MOST_BYTES = 128 * 1024 * 1024
MOST_PAGES = 1000
NEAREST = 5


def fetch(source: PortalSource, client: Client, publishers: Publishers) -> tuple[Payload, ...]:
    """Ask for the number of features (role `count`), then for them all (`data-0001`, ...).

    Raises SourceError when the pages together don't hold each feature once, when the service is
    gone (with the nearest names of the portal's catalogue), and for all that the client refuses.
    """
    portal = publishers.portal.rstrip("/") + "/"
    try:
        payloads = _ask(source, client, f"{portal}{source.service}/FeatureServer/{source.layer}")
    except SourceError as error:
        _look_up_the_name(source, client, portal, error)
    try:
        _records(source, payloads)
    except ValidationError as error:
        raise SourceError(
            error.where, expected=error.expected, found=error.found, remedy=error.remedy
        ) from error
    return payloads


def parse(source: PortalSource, payloads: tuple[Payload, ...]) -> dict[str, pd.DataFrame]:
    """The source's table, canonical, by its name, from the payloads alone.

    A lookup's repeated pairs count once (a lookup by output area repeats them); an area that
    leads to several areas is shared equally among them, for want of better knowledge.
    Raises ValidationError, which names page and feature, for anything that breaks the contract.
    """
    records = _records(source, payloads)
    if source.table == "lookup":
        return {LOOKUP.name: _lookup(source, records)}
    rows = portal_outlines.rows(source, records)
    return {BOUNDARY.name: tables.canonical(BOUNDARY, rows, source.id)}


def _ask(source: PortalSource, client: Client, layer: str) -> tuple[Payload, ...]:
    values = "','".join(source.filter_values)
    where = {"where": f"{source.filter_column} IN ('{values}')"}
    sent = client.get(
        f"{layer}/query",
        {**where, "returnCountOnly": "true", "f": "json"},
        expect="json",
        max_bytes=1 << 16,
    )
    payloads = [Payload("count", sent.address, "json", sent.content)]
    lookup = source.table == "lookup"
    suffix = "json" if lookup else "geojson"
    order = ",".join(filter(None, (source.code_column, source.to_code_column if lookup else None)))
    shape = {"returnGeometry": "false"} if lookup else {"outSR": "4326"}
    offset = 0
    for number in range(1, MOST_PAGES + 1):
        params = {
            **where,
            "outFields": "*",
            "f": suffix,
            **shape,
            "resultOffset": str(offset),
            "orderByFields": order,
        }
        sent = client.get(f"{layer}/query", params, expect="json", max_bytes=MOST_BYTES)
        payloads.append(Payload(f"data-{number:04d}", sent.address, suffix, sent.content))
        page = json.loads(sent.content)
        found = page.get("features") if isinstance(page, dict) else None
        if not isinstance(found, list) or not found or not _has_more(page):
            # An empty page ends the asking; whether that was too early is for the count to say.
            return tuple(payloads)
        offset += len(found)
    raise SourceError(
        layer, expected=f"at most {MOST_PAGES} pages", found="more", remedy="narrow filter_values"
    )


def _has_more(page: Record) -> bool:
    properties = page.get("properties")
    inside = isinstance(properties, dict) and properties.get("exceededTransferLimit") is True
    return page.get("exceededTransferLimit") is True or inside


def _look_up_the_name(
    source: PortalSource, client: Client, portal: str, error: SourceError
) -> NoReturn:
    """Say which services are nearest when this one is gone; else raise the error as it was."""
    if not error.found.startswith(("status 400", "status 404", "an error under status 200")):
        raise error
    try:
        sent = client.get(portal, {"f": "json"}, expect="json", max_bytes=MOST_BYTES)
    except SourceError:
        raise error from None
    listed = json.loads(sent.content)
    services = listed.get("services") if isinstance(listed, dict) else None
    names = sorted(
        {
            str(item["name"]).rpartition("/")[2]
            for item in (services if isinstance(services, list) else [])
            if isinstance(item, dict) and "name" in item
        }
    )
    if not names or source.service in names:
        raise error
    nearest = difflib.get_close_matches(source.service, names, NEAREST, 0.3)
    raise SourceError(
        f"{source.id}, service {source.service}",
        expected="a service of the portal's catalogue",
        found=f"no such service; nearest are {', '.join(nearest) or 'none'}",
        remedy="correct service in the study; names change when a layer is issued again",
    ) from error


def _records(source: PortalSource, payloads: tuple[Payload, ...]) -> list[tuple[str, Record]]:
    """Every feature with its place, once the pages are proved to hold each of them once."""
    pages = [payload for payload in payloads if payload.role.startswith("data")]
    counts = [payload for payload in payloads if payload.role == "count"]
    records = [record for page in pages for record in _features(source, page)]
    if len(counts) > 1 or not pages:
        refuse(
            source.id,
            "at most one count and some pages",
            f"{len(counts)} counts and {len(pages)} pages",
        )
    for payload in counts:
        told = _json(f"{source.id}, count", payload.content)
        count = told.get("count")
        if type(count) is not int or count != len(records):
            refuse(
                f"{source.id}, pages",
                f"the {count!r} features that the portal counts",
                f"{len(records)} features on {len(pages)} pages",
            )
    seen: dict[str, str] = {}
    for place, record in records:
        whole = _as_text(place, record)
        if whole in seen:
            refuse(place, "each feature once", f"the same as {seen[whole]}")
        seen[whole] = place
        _check_filter(source, place, _attributes(source, record))
    return records


def _as_text(place: str, record: Record) -> str:
    try:
        return json.dumps(record, sort_keys=True)
    except RecursionError:
        refuse(place, "a feature", "lists within lists without end")


def _features(source: PortalSource, page: Payload) -> Iterator[tuple[str, Record]]:
    where = f"{source.id}, {page.role}"
    features = _json(where, page.content).get("features")
    if not isinstance(features, list):
        refuse(where, "a list of features", "none")
    part = "attributes" if source.table == "lookup" else "properties"
    for number, feature in enumerate(features, 1):
        place = f"{where}, feature {number}"
        if not isinstance(feature, dict) or not isinstance(feature.get(part), dict):
            refuse(place, f"a feature with {part}", "something else")
        yield place, feature


def _attributes(source: PortalSource, record: Record) -> Record:
    found: Record = record["attributes" if source.table == "lookup" else "properties"]
    return found


def _json(where: str, content: bytes) -> Record:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        refuse(where, "JSON", f"something else ({type(error).__name__})")
    if not isinstance(answer, dict):
        refuse(where, "a JSON object", type(answer).__name__)
    if "error" in answer:
        refuse(where, "features", f"an error: {str(answer['error'])[:200]!r}")
    return answer


def _check_filter(source: PortalSource, place: str, attributes: Record) -> None:
    """A portal that ignores the question would answer with the whole country."""
    value = attributes.get(source.filter_column, source.filter_values[0])
    if value not in source.filter_values:
        refuse(
            f"{place}, {source.filter_column}", " or ".join(source.filter_values), repr(value)[:60]
        )


def _name(attributes: Record, code_column: str) -> str | None:
    """The name beside a code, where the layer has one: WD24NM stands beside WD24CD."""
    if not code_column.upper().endswith("CD"):
        return None
    name = attributes.get(f"{code_column[:-2]}NM", attributes.get(f"{code_column[:-2]}nm"))
    return words(name) or None


def _lookup(source: PortalSource, records: list[tuple[str, Record]]) -> pd.DataFrame:
    to_column, to_geography = source.to_code_column or "", source.to_geography or ""
    names: dict[tuple[str, str], tuple[str | None, str | None]] = {}
    for place, record in records:
        told = record["attributes"]
        pair = (
            code(place, told, source.code_column, source.geography),
            code(place, told, to_column, to_geography),
        )
        names.setdefault(pair, (_name(told, source.code_column), _name(told, to_column)))
    pairs = sorted(names)
    frame = pd.DataFrame(pairs, columns=["from_code", "to_code"], dtype="str")
    frame["from_name"] = [names[pair][0] for pair in pairs]
    frame["to_name"] = [names[pair][1] for pair in pairs]
    check_number(source, frame["from_code"].nunique())
    each = frame.groupby("from_code")["to_code"].transform("size")
    if nest(source.geography, to_geography) and (each > 1).any():
        refuse(
            f"{source.id}, {frame['from_code'][each > 1].iloc[0]}",
            f"one area of {to_geography}, since areas of one census nest",
            ", ".join(frame["to_code"][each > 1].head(2)),
        )
    filled = frame.assign(
        source=source.id,
        from_geography=source.geography,
        to_geography=to_geography,
        weight=1.0 / each,
    )
    return tables.canonical(LOOKUP, filled, source.id)
