"""Nomis's interface: definitions, pages of at most 25,000 cells, and the proof that all came."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd

from gapwatch.contracts import ONS_CODE
from gapwatch.errors import SourceError
from gapwatch.sources.parsing import (
    break_contract,
    dig,
    json_of,
    one,
    places,
    records,
    refuse,
    words,
)
from gapwatch.sources.payload import Payload
from gapwatch.study.source_base import NomisBase, Publishers

if TYPE_CHECKING:
    from gapwatch.sources.http import Client

log = logging.getLogger(__name__)
# Codes of the areas of a geography, by its name and how many they should be; none where unknown.
Known = Callable[[str, int], tuple[str, ...]]
MOST_PAGES = 1000
MOST_CODES = 600  # an address of about 7,000 characters
PERSONS = "20100"
"""Nomis's number for the value itself, beside its percentages and rates."""
_WHOLE = re.compile("[0-9]{1,9}")
_TYPE = re.compile("(?:TYPE)?([0-9]{1,6})")


def nothing_known(geography: str, number: int) -> tuple[str, ...]:  # noqa: ARG001 - a Known
    """What is known of areas where no lookup is at hand."""
    return ()


def base_of(source: NomisBase, publishers: Publishers) -> str:
    """The address of a dataset, to which the rest of a request is added."""
    return f"{publishers.nomis.rstrip('/')}/dataset/{source.dataset}"


def definition(client: Client, base: str, what: str, role: str) -> Payload:
    """What Nomis says of a part of a dataset, as it was sent."""
    sent = client.get(f"{base}{what}.def.sdmx.json", expect="json")
    return Payload(role, sent.address, "json", sent.content)


def ask_areas(
    source: NomisBase, client: Client, base: str, known: Known
) -> tuple[list[Payload], str, int]:
    """The answers types and areas, Nomis's word for the areas, and how many they are.

    Where their definition can't be had they are asked for by their codes, which `known` gives for a
    geography and its number of areas; then there are no such answers.
    """
    sent: list[Payload] = []
    try:
        sent.append(definition(client, base, "/geography/TYPE", "types"))
        within = f"{source.parent_code}{_type(source, sent[0].content)}"
        sent.append(definition(client, base, f"/geography/{within}", "areas"))
        return sent, within, len(_areas(source, sent[1].content))
    except SourceError as error:
        codes = known(source.geography, source.expected_areas)
        if not 0 < len(codes) <= MOST_CODES:
            raise
        log.warning(
            "%s: Nomis doesn't define its areas, so the codes of a lookup are asked for.\n%s",
            source.id,
            error,
        )
        return [], ",".join(codes), len(codes)


def ask_data(
    source: NomisBase,
    client: Client,
    base: str,
    asked: Mapping[str, str],
    fields: Sequence[str],
    expected: int,
    *,
    texts: Collection[str],
    of: str,
) -> list[Payload]:
    """Every page of the figures, with the roles data-0001 and on.

    Guests get at most 25,000 cells an answer, cut off without a word, so pages are asked for until
    all `expected` rows are there. Raises SourceError when they don't come; the rest as `page`.
    """
    sent: list[Payload] = []
    query = {**asked, "measures": PERSONS, "select": ",".join(fields)}
    rows = 0
    while rows < expected:
        number = len(sent) + 1
        if number > MOST_PAGES:
            refuse(
                f"{source.id}, pages",
                f"{expected} rows on at most {MOST_PAGES} pages",
                f"{rows} rows so far",
            )
        answer = client.get(f"{base}.data.csv", {**query, "RecordOffset": str(rows)}, expect="csv")
        where = f"{source.id}, page {number}"
        rows += len(page(answer.content, where, fields, expected, texts=texts, of=of))
        sent.append(Payload(f"data-{number:04d}", answer.address, "csv", answer.content))
    return sent


def read_data(
    source: NomisBase,
    payloads: Sequence[Payload],
    fields: Sequence[str],
    cells: int,
    *,
    texts: Collection[str],
    of: str,
) -> tuple[pd.DataFrame, set[str]]:
    """Rows of every page, and the areas that were asked for; `cells` is the number of each area's.

    Raises SourceError for pages that are absent or stand in another order; the rest as `page`.
    """
    pages = [payload for payload in payloads if payload.role.startswith("data-")]
    areas = _asked_areas(source, payloads, pages)
    if [payload.role for payload in pages] != [f"data-{n:04d}" for n in range(1, len(pages) + 1)]:
        refuse(f"{source.id}, pages", "pages in order", ", ".join(p.role for p in pages)[:200])
    if not pages:
        refuse(f"{source.id}, pages", "at least one page", "none")
    every = [
        page(
            sent.content,
            f"{source.id}, page {number}",
            fields,
            len(areas) * cells,
            texts=texts,
            of=of,
        )
        for number, sent in enumerate(pages, 1)
    ]
    return pd.concat(every, ignore_index=True), areas


def _asked_areas(source: NomisBase, payloads: Sequence[Payload], pages: list[Payload]) -> set[str]:
    """The areas that were asked for: as Nomis defines them, or by the codes in every address."""
    if pages and not {"types", "areas"} & {payload.role for payload in payloads}:
        return _codes_in(source, pages)
    kind = _type(source, one(payloads, "types", f"{source.id}, types").content)
    listed = one(payloads, "areas", f"{source.id}, areas")
    if kind not in listed.address:
        refuse(f"{source.id}, areas", f"the areas of {kind}", "those of another type")
    return _areas(source, listed.content)


def _codes_in(source: NomisBase, pages: list[Payload]) -> set[str]:
    asked = set()
    for page in pages:
        try:
            asked.add(",".join(parse_qs(urlsplit(page.address).query).get("geography", [])))
        except ValueError:
            asked.add("")
    codes = next(iter(asked)).split(",")
    where = f"{source.id}, its addresses"
    if len(asked) != 1 or not all(re.fullmatch(ONS_CODE, code) for code in codes):
        refuse(where, "the same codes of areas in each, where Nomis defined none", "none")
    if len(set(codes)) != source.expected_areas:
        break_contract(
            where, f"{source.expected_areas} areas, as the study says", str(len(set(codes)))
        )
    return set(codes)


def codes_of(content: bytes, where: str) -> list[Any]:
    """Every code of the first list in a definition; SourceError where there is none."""
    lists = dig(json_of(content, where), "structure", "codelists", "codelist")
    first = lists[0] if isinstance(lists, list) and lists else lists
    codes = dig(first, "code")
    if not isinstance(codes, list) or not codes:
        refuse(where, "a list of codes", "none")
    return codes


def _type(source: NomisBase, content: bytes) -> str:
    """Nomis's name for the type of area, such as TYPE152, by what it is called."""
    where = f"{source.id}, types of area in {source.dataset}"
    wanted = source.area_type.casefold()
    known = {}
    for code in codes_of(content, where):
        number = _TYPE.fullmatch(str(dig(code, "value")))
        if number is not None:
            known[f"TYPE{number[1]}"] = words(dig(code, "description", "value"))
    found = [kind for kind, told in known.items() if told.casefold() == wanted]
    if len(found) != 1:
        told = "; ".join(sorted(known.values()))[:300]
        refuse(where, f"one type called {source.area_type!r}", f"{len(found)} of: {told}")
    return found[0]


def _areas(source: NomisBase, content: bytes) -> set[str]:
    """Codes of the areas in the parent, as many as the study expects."""
    where = f"{source.id}, areas in {source.parent_code}"
    found = []
    for code in codes_of(content, where):
        notes = dig(code, "annotations", "annotation")
        told = [
            dig(note, "annotationtext")
            for note in (notes if isinstance(notes, list) else [])
            if dig(note, "annotationtitle") == "GeogCode"
        ]
        if len(told) != 1 or not re.fullmatch(ONS_CODE, words(told[0])):
            refuse(where, "a code of nine characters for each area", repr(told)[:100])
        found.append(words(told[0]))
    if len(set(found)) != len(found):
        refuse(where, "each area once", "an area that is there twice")
    if len(found) != source.expected_areas:
        break_contract(where, f"{source.expected_areas} areas, as the study says", str(len(found)))
    if len({code[:3] for code in found}) > 1:
        break_contract(where, "codes that all begin alike", ", ".join(sorted(found))[:200])
    return set(found)


def page(
    content: bytes,
    where: str,
    fields: Sequence[str],
    expected: int,
    *,
    texts: Collection[str],
    of: str,
) -> pd.DataFrame:
    """One page: `texts` as words, all other fields as whole numbers, and the row of each.

    Every row must say how many rows there are in all, which is `of` what. Raises SourceError.
    """
    header, rows, numbers = records(content, where)
    at = places([name.lower() for name in header], fields, where)
    if not rows:
        refuse(where, "rows", "a header alone")
    if set(map(len, rows)) != {len(header)}:
        for cells, number in zip(rows, numbers, strict=True):
            if len(cells) != len(header):
                refuse(f"{where}, row {number}", f"{len(header)} fields", f"{len(cells)} fields")
    columns = list(zip(*rows, strict=True))
    data: dict[str, Any] = {"row": numbers}
    for name, place in zip(fields, at, strict=True):
        column = columns[place]
        cells_held = set(column)
        if name in texts:
            known = {cell: words(cell) for cell in cells_held}
            data[name] = list(map(known.__getitem__, column))
            continue
        # Each different word is looked at once; of those that are no number the first is named.
        whole = {cell: int(cell) for cell in cells_held if _WHOLE.fullmatch(cell)}
        if len(whole) != len(cells_held):
            number, cell = next(
                (number, cell)
                for cell, number in zip(column, numbers, strict=True)
                if cell not in whole
            )
            found = repr(cell)[:100] if cell else "a blank, which is not zero"
            refuse(f"{where}, row {number}, column {name.upper()}", "a whole number", found)
        data[name] = np.fromiter(map(whole.__getitem__, column), np.int64, len(column))
    told = data["record_count"]
    if (told != expected).any():
        row = numbers[int(np.flatnonzero(told != expected)[0])]
        refuse(
            f"{where}, row {row}, column RECORD_COUNT",
            f"{expected} rows in all ({of})",
            str(told[told != expected][0]),
        )
    return pd.DataFrame(data)


def require_complete(
    where: str, frame: pd.DataFrame, known: Mapping[str, Collection[Any]], *, of: str
) -> None:
    """As many rows as combinations of what is `known`, none twice, none outside: so each is there.

    `known` gives by column what was asked for. Raises SourceError.
    """
    expected = int(np.prod([len(wanted) for wanted in known.values()]))
    if len(frame) != expected:
        refuse(where, f"{expected} rows", str(len(frame)))
    key = list(known)
    repeated = frame.duplicated(key)
    if repeated.any():
        first = frame.loc[repeated, key].iloc[0]
        told = ", ".join(f"{name.upper()} {first[name]}" for name in key)
        refuse(where, f"each {of} once", f"{told} again"[:300])
    for name, wanted in known.items():
        strange = ~frame[name].isin(list(wanted))
        if strange.any():
            told = str(frame.loc[strange, name].iloc[0])[:100] or "a blank"
            refuse(f"{where}, column {name.upper()}", "what was asked for and nothing else", told)
