"""OHID Fingertips: life expectancy by small area, and what is said of the indicator."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd

from gapwatch import tables
from gapwatch.contracts import CODE, INDICATOR, LIFE_EXPECTANCY
from gapwatch.errors import SourceError
from gapwatch.sources import fingertips_csv
from gapwatch.sources.fingertips_csv import COUNTRY
from gapwatch.sources.parsing import break_contract, dig, json_of, one, refuse, words
from gapwatch.sources.payload import Payload
from gapwatch.study.sources import AreaType, FingertipsSource, Publishers

if TYPE_CHECKING:
    from gapwatch.sources.http import Client

log = logging.getLogger(__name__)
# How codes of an area type begin; a type that isn't here may begin as it likes, but all alike.
_PREFIXES = {3: "E02", 8: "E05"}
_PREFIX_LENGTH = 3
_SEXES = 2
# Types of parent that are asked by where the study's own gives nothing: no public code is known
# that asks for MSOAs by districts.
LOWER_TIER, ENGLAND = 501, 15
_NOT_SO = ("status 400", "status 500")


def fetch(source: FingertipsSource, client: Client, publishers: Publishers) -> tuple[Payload, ...]:
    """Answers of the roles available, metadata, changes and data, as they were sent.

    The data are of the first of the source's area types that is listed and holds any row. Raises
    SourceError, which names what was tried, when none does.
    """
    base, number = publishers.fingertips.rstrip("/"), str(source.indicator)
    listed = client.get(f"{base}/available_data", {"indicator_id": number}, expect="json")
    types = _listed(listed.content, f"{source.id}, {listed.address}", source.indicator)
    data = _first_with_rows(source, client, base, types)
    metadata = client.get(
        f"{base}/indicator_metadata/by_indicator_id", {"indicator_ids": number}, expect="json"
    )
    changes = client.get(f"{base}/data_changes", {"indicator_id": number}, expect="json")
    return (
        Payload("available", listed.address, "json", listed.content),
        Payload("metadata", metadata.address, "json", metadata.content),
        Payload("changes", changes.address, "json", changes.content),
        data,
    )


def _first_with_rows(
    source: FingertipsSource, client: Client, base: str, listed: set[int]
) -> Payload:
    """The first of the study's area types that holds rows, by the first parent that gives them.

    A status of 400 or 500 is an answer: there is nothing to be had so, and the next is asked.
    """
    tried = []
    for area_type in source.area_types:
        if area_type.id not in listed:
            tried.append(f"area type {area_type.id} is not listed")
            continue
        for parent_type, parent_code in _parents(source, area_type):
            asked = f"parent type {parent_type}"
            try:
                # Asked for as a file: a header without rows is an answer here, not a fault.
                answer = client.get(
                    f"{base}/all_data/csv/by_indicator_id",
                    {
                        "indicator_ids": str(source.indicator),
                        "child_area_type_id": str(area_type.id),
                        "parent_area_type_id": str(parent_type),
                        "parent_area_code": parent_code,
                    },
                    expect="file",
                )
            except SourceError as error:
                if not error.found.startswith(_NOT_SO):
                    raise
                log.warning("%s, area type %d, %s: %s", source.id, area_type.id, asked, error.found)
                tried.append(f"area type {area_type.id}, {asked}: {error.found}")
                continue
            frame = fingertips_csv.read(answer.content, _csv_name(source))
            if not _of_place(source, area_type, parent_code, frame)["small"].any():
                tried.append(f"area type {area_type.id} is listed and holds no rows ({asked})")
                continue
            return Payload("data", answer.address, "csv", answer.content)
    raise SourceError(
        f"{source.id}, Fingertips indicator {source.indicator}",
        expected="figures for one of the area types that the study names",
        found="; ".join(tried),
        remedy="see whether the profile is withdrawn for a while",
    )


def _parents(source: FingertipsSource, area_type: AreaType) -> list[tuple[int, str]]:
    """Types of parent and its code, in the order in which they are asked for.

    All of England is asked for last, and only where the study says by `codes` which of its areas
    are the place's.
    """
    parents = [(source.parent_area_type, source.parent_code), (LOWER_TIER, source.parent_code)]
    if area_type.codes is not None:
        parents.append((ENGLAND, COUNTRY))
    return list(dict.fromkeys(parents))


def _of_place(
    source: FingertipsSource, area_type: AreaType, parent_code: str, frame: pd.DataFrame
) -> pd.DataFrame:
    """Rows of the place, its small areas marked `small`; all of England's are filtered by code."""
    codes = frame["area_code"]
    small = ~codes.isin([source.parent_code, COUNTRY])
    if parent_code == COUNTRY and area_type.codes is not None:
        mine = codes.str.fullmatch(area_type.codes).astype(bool)
        frame, small = frame[mine | ~small], small[mine | ~small]
    return frame.assign(small=small)


def _listed(content: bytes, where: str, indicator: int) -> set[int]:
    entries = json_of(content, where)
    if not isinstance(entries, list):
        refuse(where, "a list of area types", type(entries).__name__)
    return {
        kind
        for entry in entries
        if dig(entry, "IndicatorId") in (indicator, None)
        and isinstance(kind := dig(entry, "AreaTypeId"), int)
    }


def _csv_name(source: FingertipsSource) -> str:
    return f"{source.id}, CSV of indicator {source.indicator}"


def parse(source: FingertipsSource, payloads: tuple[Payload, ...]) -> dict[str, pd.DataFrame]:
    """Tables life_expectancy and indicator, from the pinned answers alone.

    Deaths and person-years stay missing: Fingertips doesn't say that its count and denominator
    are those. Raises SourceError for answers that make no sense, ValidationError for figures that
    break the contract, and for areas that aren't the ones the study expects.
    """
    where = _csv_name(source)
    indicator = _indicator(source, payloads)
    data = one(payloads, "data", where)
    area_type, parent_code = _area_type(source, data.address, where)
    read = fingertips_csv.read(data.content, where)
    frame = _of_place(source, area_type, parent_code, read).drop(columns="small")
    other = (frame["indicator"] != str(source.indicator)).to_numpy()
    if other.any():
        at = frame.iloc[int(np.flatnonzero(other)[0])]
        refuse(
            f"{where}, row {at['row']}, column Indicator ID",
            str(source.indicator),
            repr(at["indicator"])[:100],
        )
    found = fingertips_csv.headline(frame, source.age, source.period_years, where)
    geography = _geographies(source, area_type, found, where)
    _require_in_bounds(found, where)
    _require_sexes(found, where)
    life = pd.DataFrame(
        {
            "geography": geography,
            "area_code": found["area_code"],
            "area_name": _names(found, geography == area_type.geography),
            "best_fit_ward_code": None,
            "sex": found["sex"],
            "period_start": found["period_start"],
            "period_end": found["period_end"],
            "life_expectancy_years": found["value"],
            "lower95_years": found["lower"],
            "upper95_years": found["upper"],
            "deaths_persons": np.nan,
            "person_years": np.nan,
            "value_note": found["value_note"].map(lambda text: words(text) or None),
        }
    )
    return {
        LIFE_EXPECTANCY.name: tables.canonical(LIFE_EXPECTANCY, life, where),
        INDICATOR.name: indicator,
    }


def published_on(payloads: tuple[Payload, ...]) -> str:
    """When Fingertips says that the data were last changed; empty when it doesn't say.

    Values that differ under the same date are a silent correction.
    """
    changes = one(payloads, "changes", "Fingertips, data_changes")
    return words(dig(json_of(changes.content, changes.address), "LastUploadedAt"))


def _indicator(source: FingertipsSource, payloads: tuple[Payload, ...]) -> pd.DataFrame:
    where = f"{source.id}, metadata of indicator {source.indicator}"
    metadata = one(payloads, "metadata", where)
    told = dig(json_of(metadata.content, where), str(source.indicator))
    name = words(dig(told, "Descriptive", "Name"))
    unit = words(dig(told, "Unit", "Label"))
    for wanted, text in (("name", name), ("unit", unit)):
        if not text:
            refuse(where, f"the indicator's {wanted}", "none")
    changes = one(payloads, "changes", f"{source.id}, data_changes")
    of = dig(json_of(changes.content, f"{source.id}, data_changes"), "IndicatorId")
    if of not in (source.indicator, None):
        refuse(f"{source.id}, data_changes", str(source.indicator), repr(of)[:100])
    row = {
        "indicator_id": source.indicator,
        "indicator_name": name,
        "unit": unit,
        "polarity": words(dig(told, "Polarity", "Name")) or "not stated",
        "last_uploaded": published_on(payloads),
    }
    return tables.canonical(INDICATOR, pd.DataFrame([row]), where)


def _area_type(source: FingertipsSource, address: str, where: str) -> tuple[AreaType, str]:
    """The area type that was asked for, and within what: the address of the data says which."""
    try:
        query = parse_qs(urlsplit(address).query)
    except ValueError:
        query = {}
    asked = query.get("child_area_type_id", [])
    known = {str(area_type.id): area_type for area_type in source.area_types}
    if len(asked) != 1 or asked[0] not in known:
        refuse(
            f"{where}, its address",
            f"child_area_type_id={' or '.join(known)}",
            ", ".join(asked)[:100] or "none",
        )
    return known[asked[0]], "".join(query.get("parent_area_code", []))


def _geographies(
    source: FingertipsSource, area_type: AreaType, found: pd.DataFrame, where: str
) -> pd.Series:
    """The geography of every row; refuses areas that aren't the expected ones."""
    above = {COUNTRY: source.country_geography, source.parent_code: source.parent_geography}
    child = ~found["area_code"].isin(list(above))
    small = found[child]
    codes = small["area_code"]
    prefix = _PREFIXES.get(area_type.id, codes.iloc[0][:_PREFIX_LENGTH] if len(codes) else "")
    wrong = ~(codes.str.startswith(prefix) & codes.str.fullmatch(CODE)).to_numpy(dtype=bool)
    if wrong.any():
        at = small.iloc[int(np.flatnonzero(wrong)[0])]
        break_contract(
            f"{where}, row {at['row']}, column Area Code",
            f"a code of the form {prefix}000000, as area type {area_type.id} has",
            repr(at["area_code"])[:100],
        )
    if area_type.codes is not None:
        other = ~codes.str.fullmatch(area_type.codes).to_numpy(dtype=bool)
        if other.any():
            at = small.iloc[int(np.flatnonzero(other)[0])]
            break_contract(
                f"{where}, row {at['row']}, column Area Code",
                f"a code of {area_type.geography}, which match {area_type.codes}",
                at["area_code"],
            )
    types = sorted(set(small["area_type"]))
    if len(types) > 1:
        told = ", ".join(types)
        refuse(f"{where}, column Area Type", "one type of small area", told[:200])
    count = codes.nunique()
    if count != area_type.expected_areas:
        break_contract(
            f"{where}, area type {area_type.id}",
            f"{area_type.expected_areas} areas, as the study says",
            f"{count}",
        )
    for window, rows in small.groupby("period", sort=True):
        if len(rows) != count * _SEXES:
            break_contract(
                f"{where}, {window}",
                f"{count} areas for each sex, {count * _SEXES} rows",
                f"{len(rows)} rows",
            )
    return found["area_code"].map(above).fillna(area_type.geography)


def _require_in_bounds(found: pd.DataFrame, where: str) -> None:
    """Hold figures against the contract here, where the row of the publisher's file is known."""
    bounds = {column.name: column for column in LIFE_EXPECTANCY.columns}
    for name, column in (
        ("value", "life_expectancy_years"),
        ("lower", "lower95_years"),
        ("upper", "upper95_years"),
    ):
        low, high = bounds[column].minimum, bounds[column].maximum
        bad = ((found[name] < low) | (found[name] > high)).to_numpy(dtype=bool)
        if bad.any():
            at = found.iloc[int(np.flatnonzero(bad)[0])]
            break_contract(
                f"{where}, row {at['row']}, column {name.capitalize()}",
                f"{low:g} to {high:g} years",
                f"{at[name]:g}",
            )


def _require_sexes(found: pd.DataFrame, where: str) -> None:
    """In the whole country women live longer than men: else the sexes stand in each other's place.

    Small areas may differ by chance, so they aren't asked.
    """
    country = found[found["area_code"] == COUNTRY]
    for window, rows in country.groupby("period", sort=True):
        by_sex = rows.set_index("sex")["value"]
        if {"female", "male"} <= set(by_sex.index) and by_sex["female"] < by_sex["male"]:
            break_contract(
                f"{where}, {COUNTRY}, {window}",
                "females who live longer than males",
                f"{by_sex['female']:g} and {by_sex['male']:g} years",
            )


def _names(found: pd.DataFrame, small: pd.Series) -> pd.Series:
    """Names as published; codes for small areas that share their district's name or have none."""
    names = found["area_name"].map({text: words(text) for text in set(found["area_name"])})
    shared = names[small].nunique() < found["area_code"][small].nunique()
    return names.where((names != "") & ~(small & shared), found["area_code"])
