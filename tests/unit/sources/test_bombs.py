"""Small files that would take gigabytes or minutes: each refused by name, within its limits."""

from __future__ import annotations

import io
import resource
import time
import zipfile
from collections import deque

import pytest

from gapwatch.errors import ValidationError
from gapwatch.sources.declared import weight
from gapwatch.sources.declared.grid import grids
from tests.unit.sources import books, test_files
from tests.unit.sources.test_extent import ods, packed, row

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
MOST_RISE_BYTES = 400_000_000
MOST_SECONDS = 60.0


def xlsx(sheet: str, **parts: str) -> bytes:
    """A workbook of one sheet, with further parts by their names below xl/."""
    made = books.xlsx_parts("Sheet", [["a"]])
    made["xl/worksheets/sheet1.xml"] = f"<worksheet {MAIN}>{sheet}</worksheet>"
    links = made["xl/_rels/workbook.xml.rels"]
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    made["xl/_rels/workbook.xml.rels"] = links.replace(
        "</Relationships>",
        f'<Relationship Id="s" Type="{kind}" Target="sharedStrings.xml"/></Relationships>',
    )
    return packed(made | {f"xl/{name}.xml": text for name, text in parts.items()})


def rows(number: int, cell: str) -> str:
    return "<sheetData>" + "".join(f"<row>{cell}</row>" for _ in range(number)) + "</sheetData>"


def shared(text: str) -> str:
    return f"<sst {MAIN}><si><t>{text}</t></si></sst>"


def varied(number: int) -> str:
    """Text that a zip can't make much smaller."""
    import random

    draw = random.Random(7)
    return "".join(draw.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=number))


STYLES = "<xf numFmtId='1'/>" * 500_000
MERGED = "<mergeCell ref='A1:B2'/>" * 500_000
BOMBS = {
    "one long text that many cells name": (
        lambda: xlsx(rows(60_000, '<c t="s"><v>0</v></c>'), sharedStrings=shared(varied(32_000))),
        "xlsx",
    ),
    "a text longer than a cell can hold": (
        lambda: xlsx(rows(10, '<c t="s"><v>0</v></c>'), sharedStrings=shared(varied(1_100_000))),
        "xlsx",
    ),
    "a part that unfolds a thousand times": (
        lambda: xlsx("<sheetData/>" + " " * 40_000_000),
        "xlsx",
    ),
    "a million styles": (
        lambda: xlsx("<sheetData/>", styles=f"<styleSheet {MAIN}>{STYLES}</styleSheet>"),
        "xlsx",
    ),
    "many merged ranges": (
        lambda: xlsx(f"<sheetData/><mergeCells>{MERGED}</mergeCells>"),
        "xlsx",
    ),
    "a long text in a row that is repeated": (
        lambda: ods(
            row(
                '<table:table-cell office:value-type="string"><text:p>'
                f"{varied(30_000)}</text:p></table:table-cell>",
                1_000_000,
            )
        ),
        "ods",
    ),
    "more parts than a workbook has": (
        lambda: packed({f"xl/p{n}.xml": "" for n in range(10_001)}),
        "xlsx",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_by_name_within_memory_and_time(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weight, "MOST_MEMORY_BYTES", 1_000_000_000)
    make, kind = BOMBS[name]
    content = make()
    before, started = _peak(), time.perf_counter()
    source = test_files.described(format=kind, sheets={"Sheet": {}})
    with pytest.raises(ValidationError) as caught:
        deque((cells for grid in grids(source, "bomb", content) for cells in grid.rows), maxlen=0)
    assert "bomb" in caught.value.where
    assert any(digit in caught.value.expected + caught.value.found for digit in "0123456789")
    assert _peak() - before < MOST_RISE_BYTES
    assert time.perf_counter() - started < MOST_SECONDS


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_a_heavy_workbook_is_read_as_a_light_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    table = [["code", "value"], *([f"E{n:03d}", n / 7] for n in range(300))]
    source = test_files.described(format="xlsx", sheets={"Sheet": {}})
    content = books.xlsx("Sheet", table)

    def read() -> list[list[str]]:
        return [cells for grid in grids(source, "book", content) for cells in grid.rows]

    light = read()
    monkeypatch.setattr(weight, "HEAVY_BYTES", 0)
    assert read() == light
    assert light[8] == ["E007", "1"]


def test_a_sheet_that_a_heavy_workbook_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from gapwatch.errors import StudyError

    monkeypatch.setattr(weight, "HEAVY_BYTES", 0)
    source = test_files.described(format="xlsx", sheets={"Other": {}})
    with pytest.raises(StudyError, match="Sheet"):
        list(grids(source, "book", books.xlsx("Sheet", [["a"]])))


def test_a_list_of_parts_that_lies_about_their_size_is_refused() -> None:
    content = books.xlsx("Sheet", [["a", "b"]] * 5000)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        item = archive.getinfo("xl/worksheets/sheet1.xml")
        size = item.file_size
    lied = content.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lied != content
    source = test_files.described(format="xlsx", sheets={"Sheet": {}})
    with pytest.raises(ValidationError):
        list(grids(source, "book", lied))


@pytest.mark.parametrize(
    "content",
    [b"a,b\n" + b"," * 2_000_000, b"a,b\r" + b"," * 2_000_000, b"a,b\n" + b'"\n",' * 500_000],
    ids=["a line without an end", "the same of an old kind", "a row over many lines"],
)
def test_a_csv_row_that_would_fill_the_memory_is_refused(content: bytes) -> None:
    source = test_files.described()
    with pytest.raises(ValidationError) as caught:
        deque((cells for grid in grids(source, "bomb", content) for cells in grid.rows), maxlen=0)
    assert "1,048,576" in caught.value.expected
