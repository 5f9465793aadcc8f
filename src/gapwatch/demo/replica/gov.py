"""How gov.uk speaks: a page that links to files, and the files, as their publishers lay them out.

The ward table of children in low-income families (an OpenDocument workbook) and File 7 of the
Indices of Deprivation 2025 (CSV). Names, headings and codes are real; every figure is invented.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from gapwatch.demo.replica.faults import PublishedGrid, Reply, Request
from gapwatch.demo.replica.world import World

PAGE = "government/statistics/children-in-low-income-families-local-area-statistics-2022-to-2025"
WORKBOOK = "children-in-low-income-families-local-area-statistics-2022-2025.ods"
DEPRIVATION = "File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators.csv"
SHEET = "4_AHC_Relative_Ward"
WARD_HEADER = (
    "Local Authority [note 2]",
    "Area Code",
    "Ward [note 2]",
    "Area Code",
    "Number of children FYE 2024",
    "Number of children FYE 2025",
    "Percentage of children FYE 2024 (%) [note 3]",
    "Percentage of children FYE 2025 (%) [note 3]",
)
FILE_7_HEADER = (
    "LSOA code (2021)",
    "LSOA name (2021)",
    "Local Authority District code (2024)",
    "Local Authority District name (2024)",
    "Index of Multiple Deprivation (IMD) Score",
    "Income Score (rate)",
    "Income Rank (where 1 is most deprived)",
    "Total population: mid 2022",
)
LOW = "[low]"
_CHILD = 16
_MIDDLE, _TILT = 0.16, 1.8
_LOST = b"<!DOCTYPE html><html><head><title>Page not found</title></head></html>"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_DAY = (1980, 1, 1, 0, 0, 0)


def answer(world: World, request: Request) -> Reply:
    """What the site says to one request."""
    name = request.path.rpartition("/")[2]
    if request.fault("vanished"):
        return Reply(_LOST, "text/html", 404)
    if request.path == PAGE:
        link = f'<a href="media/{WORKBOOK}">Children in low-income families (invented)</a>'
        return Reply(f"<!DOCTYPE html><html><body>{link}</body></html>".encode(), "text/html")
    if name == WORKBOOK:
        return Reply(workbook(world), _ODS)
    if name == DEPRIVATION:
        return _deprivation(world, request)
    return Reply(_LOST, "text/html", 404)


def workbook(world: World) -> bytes:
    """Children in low-income families by ward, with a cover sheet before the table."""
    rng = np.random.default_rng(2025)
    rows: list[Sequence[str | float]] = [
        ("Table 4: Children aged 0 to 15 in relative low income after housing costs (invented)",),
        ("Note 3: percentages use mid-year estimates",),
        (),
        WARD_HEADER,
        ("Elsewhere", "E08000012", "Elsewhere Ward", "E05000886", 300, 310, 0.31, 0.32),
    ]
    for at, ward in enumerate(world.places.wards24):
        inside = world.places.of_ward24(at)
        children = int(world.population_of(inside)[-1, :, :_CHILD].sum())
        counts = [int(rng.binomial(children, 0.38)) for _ in range(2)]
        shares = [round(count / max(children, 1), 3) for count in counts]
        name = getattr(ward, "name", ward.code)
        rows.append((world.name, world.code, name, ward.code, *counts, *shares))
    rows.append(("Elsewhere", "E08000012", "Quiet Ward", "E05000887", LOW, LOW, LOW, LOW))
    return _ods({"Cover": [("Invented figures",)], SHEET: rows})


def _deprivation(world: World, request: Request) -> Reply:
    places = world.places
    rows = [places.wards[places.lsoas11[lsoa.parents[0]].ward].row for lsoa in places.lsoas21]
    middle = max(max(rows) / 2, 1)
    year = world.years.index(2022) if 2022 in world.years else -1  # noqa: PLR2004 - mid-2022
    rng = np.random.default_rng(2022)
    made: list[list[object]] = [
        ["E01000001", "City of London 001A", "E09000001", "City of London", 8.7, 0.013, 33730, 1795]
    ]
    for at, lsoa in enumerate(places.lsoas21):
        rate = _MIDDLE * _TILT ** ((middle - rows[at]) / middle) * float(rng.uniform(0.9, 1.1))
        people = int(world.population[at, year].sum())
        name = f"{world.name} {at + 1:03d}"
        told = [round(100 * rate, 3), round(rate, 3), at + 1, people]
        made.append([lsoa.code, name, world.code, world.name, *told])
    grid = PublishedGrid(list(FILE_7_HEADER), made)
    if request.fault("vintage"):
        grid.set_vintage([FILE_7_HEADER[0]])
    grid.spoil(request, "Income Score (rate)")
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([grid.names, *grid.rows])
    return Reply(text.getvalue().encode())


def _ods(sheets: dict[str, Iterable[Sequence[str | float]]]) -> bytes:
    """An OpenDocument workbook of these sheets, the same bytes for the same rows."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>{''.join(map(_row, rows))}</table:table>"
        for name, rows in sheets.items()
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        f'xmlns:office="{_OFFICE}:office:1.0" xmlns:table="{_OFFICE}:table:1.0" '
        f'xmlns:text="{_OFFICE}:text:1.0" office:version="1.3"><office:body><office:spreadsheet>'
        f"{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        f'xmlns:manifest="{_OFFICE}:manifest:1.0" manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in (
            ("mimetype", _ODS),
            ("content.xml", content),
            ("META-INF/manifest.xml", manifest),
        ):
            part = zipfile.ZipInfo(name, _DAY)
            part.create_system = 0  # the same on every system
            part.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(part, text)
    return made.getvalue()


def _row(cells: Sequence[str | float]) -> str:
    return f"<table:table-row>{''.join(map(_cell, cells))}</table:table-row>"


def _cell(cell: str | float) -> str:
    if isinstance(cell, str):
        text = f"<text:p>{escape(cell)}</text:p>"
        return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'
    return (
        f'<table:table-cell office:value-type="float" office:value="{cell}">'
        f"<text:p>{cell}</text:p></table:table-cell>"
    )
