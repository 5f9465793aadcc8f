"""Fingertips' interface: the area type that holds figures, and the rows of the place."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd

from gapwatch import tables
from gapwatch.contracts import INDICATOR, ONS_CODE
from gapwatch.errors import SourceError
from gapwatch.sources import fingertips_csv
from gapwatch.sources.fingertips_csv import COUNTRY
from gapwatch.sources.parsing import break_contract, dig, json_of, one, refuse, words
from gapwatch.sources.payload import Payload
from gapwatch.study.source_base import AreaType, FingertipsBase, Publishers

if TYPE_CHECKING:
    from gapwatch.sources.http import Client

log = logging.getLogger(__name__)
# How codes of an area type begin; a type that isn't here may begin as it likes, but all alike.
_PREFIXES = {3: "E02", 8: "E05"}
_PREFIX_LENGTH = 3
# Types of parent that are asked by where the study's own gives nothing: no public code is known
# that asks for MSOAs by districts.
LOWER_TIER, ENGLAND = 501, 15
_NOT_SO = ("status 400", "status 500")


def fetch(source: FingertipsBase, client: Client, publishers: Publishers) -> tuple[Payload, ...]:
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
    source: FingertipsBase, client: Client, base: str, listed: set[int]
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
            frame = fingertips_csv.read(answer.content, csv_name(source))
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


def _parents(source: FingertipsBase, area_type: AreaType) -> list[tuple[int, str]]:
    """Types of parent and its code, in the order in which they are asked for.

    All of England is asked for last, and only where the study says by `codes` which of its areas
    are the place's.
    """
    parents = [(source.parent_area_type, source.parent_code), (LOWER_TIER, source.parent_code)]
    if area_type.codes is not None:
        parents.append((ENGLAND, COUNTRY))
    return list(dict.fromkeys(parents))


def _of_place(
    source: FingertipsBase, area_type: AreaType, parent_code: str, frame: pd.DataFrame
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


def csv_name(source: FingertipsBase) -> str:
    """What the file of an indicator is called in an error."""
    return f"{source.id}, CSV of indicator {source.indicator}"


def read_rows(
    source: FingertipsBase, payloads: Sequence[Payload], parts: Sequence[str] = ()
) -> tuple[pd.DataFrame, AreaType]:
    """Rows of the place as text, its small areas marked `small`, and the type that these are of.

    `parts` as in fingertips_csv.read. Raises SourceError for rows of another indicator.
    """
    where = csv_name(source)
    data = one(payloads, "data", where)
    area_type, parent_code = _area_type(source, data.address, where)
    frame = fingertips_csv.read(data.content, where, parts)
    frame = _of_place(source, area_type, parent_code, frame)
    other = (frame["indicator"] != str(source.indicator)).to_numpy()
    if other.any():
        at = frame.iloc[int(np.flatnonzero(other)[0])]
        refuse(
            f"{where}, row {at['row']}, column Indicator ID",
            str(source.indicator),
            repr(at["indicator"])[:100],
        )
    return frame, area_type


def published_on(payloads: tuple[Payload, ...]) -> str:
    """When Fingertips says that the data were last changed; empty when it doesn't say.

    Values that differ under the same date are a silent correction.
    """
    changes = one(payloads, "changes", "Fingertips, data_changes")
    return words(dig(json_of(changes.content, changes.address), "LastUploadedAt"))


def indicator(source: FingertipsBase, payloads: tuple[Payload, ...]) -> pd.DataFrame:
    """The table indicator: name, unit and polarity as published. SourceError where they lack."""
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


def _area_type(source: FingertipsBase, address: str, where: str) -> tuple[AreaType, str]:
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


def require_areas(area_type: AreaType, small: pd.DataFrame, where: str, *, each: int) -> None:
    """Refuse small areas that aren't the expected ones, `each` of them so often in every period."""
    codes = small["area_code"]
    prefix = _PREFIXES.get(area_type.id, codes.iloc[0][:_PREFIX_LENGTH] if len(codes) else "")
    wrong = ~(codes.str.startswith(prefix) & codes.str.fullmatch(ONS_CODE)).to_numpy(dtype=bool)
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
        if len(rows) != count * each:
            break_contract(
                f"{where}, {window}",
                f"{count} areas{' for each sex' if each > 1 else ''}, {count * each} rows",
                f"{len(rows)} rows",
            )


def names(found: pd.DataFrame, small: pd.Series) -> pd.Series:
    """Names as published; codes for small areas that share their district's name or have none."""
    names = found["area_name"].map({text: words(text) for text in set(found["area_name"])})
    shared = names[small].nunique() < found["area_code"][small].nunique()
    return names.where((names != "") & ~(small & shared), found["area_code"])
