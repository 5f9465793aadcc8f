"""Two makings of one release: every difference is told, in its place, and nothing else."""

from __future__ import annotations

import base64
import io
import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from gapwatch.audit.compare.files import LONGEST, MOST, Difference, compare

SUFFIXES = (".csv", ".json", ".html", ".pdf", ".toml", ".bin")
GAP = (
    "measure,sex,period_start,period_end,gap_years\n"
    "a-v-b,male,2004,2008,5.5\n"
    "a-v-b,male,2005,2009,5.307812\n"
    "a-v-b,male,2006,2010,\n"
)
FIRST_ROW = "row 2 (measure=a-v-b sex=male period_start=2004 period_end=2008)"


def told(root: Path, old: Mapping[str, bytes | str], new: Mapping[str, bytes | str]) -> list[str]:
    return [str(difference) for difference in differences(root, old, new)]


def differences(
    root: Path, old: Mapping[str, bytes | str], new: Mapping[str, bytes | str]
) -> list[Difference]:
    for side, files in (("old", old), ("new", new)):
        (root / side).mkdir(exist_ok=True)
        for name, content in files.items():
            path = root / side / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return compare(root / "old", root / "new")


def test_the_same_bytes_give_no_difference(tmp_path: Path) -> None:
    files = {"data/gap.csv": GAP, "report.html": "<p>x", "report.pdf": b"no PDF"}
    assert told(tmp_path, files, files) == []


def test_a_file_of_only_one_folder_is_a_difference(tmp_path: Path) -> None:
    assert told(tmp_path, {"b.csv": "", "c": ""}, {"a.csv": "", "c": ""}) == [
        "a.csv: no such file -> a file",
        "b.csv: a file -> no such file",
    ]


def test_what_is_no_file_is_a_difference_and_is_not_read(tmp_path: Path) -> None:
    differences(tmp_path, {"a": "1", "b": "1"}, {"a": "1"})
    os.mkfifo(tmp_path / "new" / "b")
    assert [str(d) for d in compare(tmp_path / "old", tmp_path / "new")] == [
        "b: a file -> something that is no file"
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            ("5.307812", "5.307999"),
            [
                (
                    "row 3 (measure=a-v-b sex=male period_start=2005 period_end=2009), gap_years: "
                    "5.307812 -> 5.307999"
                )
            ],
        ),
        (
            ("2010,", "2010,4.1"),
            [
                (
                    "row 4 (measure=a-v-b sex=male period_start=2006 period_end=2010), gap_years: "
                    "(blank) -> 4.1"
                )
            ],
        ),
        (("a-v-b,male,2004,2008,5.5\n", ""), [FIRST_ROW + ": a row -> no such row"]),
        (
            (",male,2004", ",female,2004"),
            [
                FIRST_ROW + ": a row -> no such row",
                (
                    "row 2 of the new one (measure=a-v-b sex=female period_start=2004 "
                    "period_end=2008): no such row -> a row"
                ),
            ],
        ),
        (
            ("gap_years", "gap_days"),
            [
                "header, gap_years: a column -> no such column",
                "header, gap_days: no such column -> a column",
            ],
        ),
        (
            (",5.5\n", ',"5.5"\n'),
            [
                (
                    "byte 67 (every cell is the same, only quoting or line ends differ): "
                    "123 bytes, there b'5.5\\na-v-b,male,2005,' -> "
                    "125 bytes, there b'\"5.5\"\\na-v-b,male,200'"
                )
            ],
        ),
    ],
)
def test_a_table_is_told_by_its_key(
    tmp_path: Path, change: tuple[str, str], expected: list[str]
) -> None:
    made = {"data/gap.csv": GAP.replace(*change)}
    assert told(tmp_path, {"data/gap.csv": GAP}, made) == [
        f"data/gap.csv, {line}" for line in expected
    ]


def test_columns_in_another_order_are_told_once(tmp_path: Path) -> None:
    rows = [line.split(",") for line in GAP.splitlines()]
    made = "".join(",".join([*row[:3], row[4], row[3]]) + "\n" for row in rows)
    assert told(tmp_path, {"data/gap.csv": GAP}, {"data/gap.csv": made}) == [
        (
            "data/gap.csv, header: measure, sex, period_start, period_end, gap_years -> "
            "measure, sex, period_start, gap_years, period_end"
        )
    ]


def test_rows_in_another_order_are_told_once(tmp_path: Path) -> None:
    header, first, second, *rest = GAP.split("\n")
    made = "\n".join([header, second, first, *rest])
    (found,) = told(tmp_path, {"data/gap.csv": GAP}, {"data/gap.csv": made})
    assert found.startswith("data/gap.csv, order of rows, from row 2: measure=a-v-b sex=male")


@pytest.mark.parametrize(
    "twice", [GAP + "a-v-b,male,2004,2008,5.5\n", GAP + "a-v-b,male\n", GAP.replace("sex", "sox")]
)
def test_a_table_without_a_sound_key_is_told_by_row(tmp_path: Path, twice: str) -> None:
    made = twice.replace("5.307812", "5.3")
    found = told(tmp_path, {"data/gap.csv": twice}, {"data/gap.csv": made})
    assert found == ["data/gap.csv, row 3, gap_years: 5.307812 -> 5.3"]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("a,b\n1,2\n3,5\n", ["row 3, b: 4 -> 5"]),
        (
            "a,c\n1,2\n3,5\n",
            [
                "header, b: a column -> no such column",
                "header, c: no such column -> a column",
                "row 3, column 2: 4 -> 5",
            ],
        ),
        ("a,b\n1,2\n3,4\n5,6\n", ["row 4 of the new one: no such row -> a row"]),
        ("a,b\n1,2\n3,4,9\n", ["row 3, column 3: no such cell -> 9"]),
        ("a,b\n1,2\n", ["row 3: a row -> no such row"]),
        ('a,b\n1,2\n3,"4\n', ['line 3: 3,4 -> 3,"4']),
    ],
)
def test_another_csv_is_told_by_row_and_a_broken_one_by_line(
    tmp_path: Path, made: str, expected: list[str]
) -> None:
    found = told(tmp_path, {"x.csv": "a,b\n1,2\n3,4\n"}, {"x.csv": made})
    assert found == [f"x.csv, {line}" for line in expected]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ('{"a": {"b": [1, 3]}, "c": "x"}', ["a.b[1]: 2 -> 3"]),
        ('{"a": {"b": [1, 2]}, "c": null}', ['c: "x" -> null']),
        ('{"a": {"b": [1, 2]}}', ['c: "x" -> no such value']),
        ('{"a": {"b": [1, 2.0]}, "c": "x"}', ["a.b[1]: 2 -> 2.0"]),
        ('{"a": {"b": [1, "2"]}, "c": "x"}', ['a.b[1]: 2 -> "2"']),
        (
            '{"a": {"b": []}, "c": "x"}',
            [
                "a.b[0]: 1 -> no such value",
                "a.b[1]: 2 -> no such value",
                "a.b: no such value -> []",
            ],
        ),
        (
            '{"a": {"b": [1, 2]}, "c": "x"',
            [('line 1: {"a": {"b": [1, 2]}, "c": "x"} -> {"a": {"b": [1, 2]}, "c": "x"')],
        ),
        (
            '{"a": {"b":  [1, 2]}, "c": "x"}',
            [
                (
                    "byte 12 (every value is the same, only how they are written differs): "
                    '30 bytes, there b\'[1, 2]}, "c": "x"}\' -> '
                    '31 bytes, there b\' [1, 2]}, "c": "x"}\''
                )
            ],
        ),
    ],
)
def test_json_is_told_by_the_path_of_a_value(
    tmp_path: Path, made: str, expected: list[str]
) -> None:
    old = {"m.json": '{"a": {"b": [1, 2]}, "c": "x"}'}
    assert told(tmp_path, old, {"m.json": made}) == [f"m.json, {line}" for line in expected]


def picture(drawing: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(drawing.encode() * 200).decode()


PAGE = f"""<html><style>p {{ color: red }}</style>
<h2 id="trend">The trend</h2>
<p>The gap is <b>8.9</b> years.</p>
<figure id="figure-gap" class="wide"><h3 id="title-gap">Gap</h3>
<img src="{picture("a")}" alt="Falls">
<svg id="inside"><text>1</text>
</svg></figure>
<table><tr><th>Year</th><td>2004</td>
<td>5.5</td></tr></table>
<p>The end.</p></html>
"""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("8.9", "8.8"), "#trend, text line 2: The gap is 8.9 years. -> The gap is 8.8 years."),
        (("<p>The end.</p>", ""), "#title-gap, text line 6: The end. -> no such line"),
        (
            ("<p>The end", "<p>More.</p><p>The end"),
            "#title-gap, text line 6 of the new one: no such line -> More.",
        ),
        (("2004", "2005"), "#title-gap, text line 5: Year | 2004 | 5.5 -> Year | 2005 | 5.5"),
        (("Falls", "Rises"), "#figure-gap, text line 4: (picture) Falls -> (picture) Rises"),
        (
            ("color: red", "color: tan"),
            "before any id, embedded: p { color: red } -> p { color: tan }",
        ),
        (('"wide"', '"slim"'), "the text is the same; source line 4: "),
        (("<b>8.9</b>", "<i>8.9</i>"), "the text is the same; source line 3: "),
        (("\n</svg>", "</svg>"), "#figure-gap, embedded: svg data:svg, sha256 "),
        (("<text>1", "<text>2"), "#figure-gap, embedded: svg data:svg, sha256 "),
        ((picture("a"), picture("b")), "#figure-gap, embedded: img data:image/svg+xml, sha256 "),
    ],
)
def test_a_page_is_told_as_it_is_read(
    tmp_path: Path, change: tuple[str, str], expected: str
) -> None:
    assert change[0] in PAGE
    (found,) = told(tmp_path, {"r.html": PAGE}, {"r.html": PAGE.replace(*change)})
    assert found.startswith(f"r.html, {expected}")
    assert len(found) < 3 * LONGEST


def test_a_picture_that_is_gone_is_told_without_its_bytes(tmp_path: Path) -> None:
    made = PAGE.replace(f'<img src="{picture("a")}" alt="Falls">', "")
    text, embedded = told(tmp_path, {"r.html": PAGE}, {"r.html": made})
    assert text == "r.html, #figure-gap, text line 4: (picture) Falls -> no such line"
    assert embedded.startswith("r.html, #figure-gap, embedded: img data:image/svg+xml, sha256 ")


def document(*pages: str, title: str = "Report", square: str = "blue") -> bytes:
    drawing = (
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>"
        f"<rect width='9' height='9' fill='{square}'/></svg>"
    )
    body = "\n#pagebreak()\n".join(pages)
    made = typst.compile(
        f'#set document(title: "{title}", date: none)\n{body}\n'
        f'#image(bytes("{drawing}"), format: "svg")'.encode()
    )
    assert isinstance(made, bytes)
    return made


def longest(first: str) -> str:
    return " \\ ".join(f"{first} {number}" for number in range(9))


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (document("One", "Two \\ 5.5 years"), ["page 2, line 2: 5.4 years -> 5.5 years"]),
        (
            document("One"),
            [
                "number of pages: 2 -> 1",
                "page 1, drawing (its text is the same): sha256 ",
                "metadata, XMP: ",
            ],
        ),
        (
            document("One", "Two \\ 5.4 years", square="red"),
            ["page 2, drawing (its text is the same): sha256 "],
        ),
        (
            document("One", longest("Two")),
            [
                "page 2, line 1: Two -> Two 0",
                "page 2, line 2: 5.4 years -> Two 1",
                "page 2, line 3 of the new one: no such line -> Two 2",
                "page 2: 3 differing lines told -> 6 more",
            ],
        ),
        (
            document("One", "Two \\ 5.4 years", title="Other"),
            ["metadata only, /Title: Report -> Other", "metadata only, XMP: "],
        ),
        (document("One", "Two \\ 5.4 years") + b"%", ["byte "]),
        (document("One", "Two \\ 5.4 years")[:700], ["byte "]),
    ],
)
def test_a_pdf_is_told_page_by_page(tmp_path: Path, made: bytes, expected: list[str]) -> None:
    found = told(tmp_path, {"r.pdf": document("One", "Two \\ 5.4 years")}, {"r.pdf": made})
    assert len(found) == len(expected)
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(f"r.pdf, {start}")


def test_a_picture_in_a_pdf_that_draws_without_end_is_not_followed(tmp_path: Path) -> None:
    (found,) = told(tmp_path, {"r.pdf": endless("One")}, {"r.pdf": endless("Two")})
    assert found.startswith("r.pdf, byte ")


def endless(title: str) -> bytes:
    """A page with 30 pictures, each of which places the next one twice."""
    writer = PdfWriter()
    writer.add_metadata({"/Title": title})
    inside = DictionaryObject()
    for _ in range(30):
        form = DecodedStreamObject()
        form.set_data(b"/A Do /A Do")
        form[NameObject("/Subtype")] = NameObject("/Form")
        form[NameObject("/Resources")] = inside
        pictures = DictionaryObject({NameObject("/A"): writer._add_object(form)})
        inside = DictionaryObject({NameObject("/XObject"): pictures})
    page = writer.add_blank_page(100, 100)
    page[NameObject("/Resources")] = inside
    content = DecodedStreamObject()
    content.set_data(b"/A Do")
    page[NameObject("/Contents")] = writer._add_object(content)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a = 1\nb = 2\n", "a = 1\nb = 3\n", ["line 2: b = 2 -> b = 3"]),
        ("a\nb\n", "a\nx\nb\n", ["line 2 of the new one: no such line -> x"]),
        ("a\nb\n", "a\n", ["line 2: b -> no such line"]),
        ("a\n", "a", ["line 2: (blank) -> no such line"]),
        ("a\nb\n", "a\r\nb\r\n", ["line ends alone: a\\nb\\n -> a\\r\\nb\\r\\n"]),
        ("a\x1b[31m\u202e", "b", ["line 1: a\\x1b[31m\\u202e -> b"]),
        ("caf\u00e9", "cafe\u0301", ["line 1: 'caf\\xe9' -> 'cafe\\u0301'"]),
        ("tab\\t", "tab\t", ["line 1: 'tab\\\\t' -> 'tab\\t'"]),
    ],
)
def test_a_text_is_told_by_line_and_can_not_deceive_the_eye(
    tmp_path: Path, old: str, new: str, expected: list[str]
) -> None:
    assert told(tmp_path, {"s.toml": old}, {"s.toml": new}) == [f"s.toml, {x}" for x in expected]


def test_other_bytes_are_told_by_size_and_first_unequal_byte(tmp_path: Path) -> None:
    (found,) = told(tmp_path, {"f.woff2": b"\0\1\2\3"}, {"f.woff2": b"\0\1\xff"})
    assert found == r"f.woff2, byte 2: 4 bytes, there b'\x02\x03' -> 3 bytes, there b'\xff'"


def test_a_long_text_is_cut_around_what_differs(tmp_path: Path) -> None:
    (found,) = differences(
        tmp_path, {"t": "x" * 500 + "1" + "x" * 500}, {"t": "x" * 500 + "2" + "x" * 500}
    )
    assert len(found.expected) <= LONGEST
    assert found.expected == "..." + "x" * 60 + "1" + "x" * 133 + "..."
    assert found.found == found.expected.replace("1", "2")


def test_only_so_many_are_told_of_one_file_and_the_rest_are_counted(tmp_path: Path) -> None:
    old, new = ("".join(f"{mark}{number}\n" for number in range(MOST + 7)) for mark in "ab")
    *first, last = told(tmp_path, {"t.csv": "n\n" + old}, {"t.csv": "n\n" + new})
    assert len(first) == MOST
    assert last == f"t.csv, the rest: {MOST} differences told -> 7 more"


PATTERN = [str(number % 3) for number in range(40_000)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (PATTERN, PATTERN[1:]),
        (PATTERN, PATTERN[::-1]),
        ([str(n) for n in range(40_000)], [str(n if n % 2 else -n) for n in range(40_001)]),
        (["<!--"] * 100_000, ["<!--"] * 100_000 + ["<"]),
        (["<a "] * 100_000, ["<a '"] * 100_000),
        (["data:"] * 100_000, ["<svg"] * 100_000),
    ],
)
@pytest.mark.parametrize("suffix", [".txt", ".html"])
def test_hostile_lengths_do_not_take_long(
    tmp_path: Path, old: list[str], new: list[str], suffix: str
) -> None:
    started = time.perf_counter()
    glue = "\n" if suffix == ".txt" else "<p>" if old[0][0].isdigit() else ""
    assert told(tmp_path, {f"t{suffix}": glue.join(old)}, {f"t{suffix}": glue.join(new)})
    assert time.perf_counter() - started < 30


def test_lines_that_only_moved_are_told_even_where_aligning_takes_too_long(tmp_path: Path) -> None:
    old = [str(number) for number in range(20_000)]
    found = told(tmp_path, {"t": "\n".join(old)}, {"t": "\n".join(old[::-1])})
    assert found == ["t, line 1: 0 -> 19999"]


def test_a_file_too_large_to_read_as_a_whole_is_told_by_its_bytes(tmp_path: Path) -> None:
    old = b"a\n" * 6_000_000
    (found,) = told(tmp_path, {"t.csv": old}, {"t.csv": old[:-2] + b"b\n"})
    assert found.startswith("t.csv, byte 11999998: ")


PIECES = st.sampled_from(
    [
        b"a,b\n",
        b'"',
        b"1",
        b"\n",
        b"{",
        b"[",
        b'"a":',
        b"}",
        b"]",
        b"<p>",
        b"<!--",
        b"<![",
        b"</",
        b"<svg",
        b"</svg>",
        b"<style>",
        b"data:,",
        b"&#xd800;",
        b"%PDF-1.7\n",
        b"1 0 obj\n<<",
        b"/Type/Pages",
        b">>",
        b"trailer",
        b"startxref\n9\n%%EOF",
        b"\0",
        b"\xff",
        b"\r",
        b"NaN",
    ]
)
CONTENT = st.one_of(
    st.binary(max_size=60),
    st.lists(PIECES, max_size=12).map(b"".join),
    st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=9)).map(
        lambda spoilt: DOCUMENT[: spoilt[0]] + spoilt[1] + DOCUMENT[spoilt[0] + len(spoilt[1]) :]
    ),
)
DOCUMENT = document("One")


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(old=CONTENT, new=CONTENT)
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_content_raises_and_only_the_same_bytes_give_no_difference(
    tmp_path: Path, suffix: str, old: bytes, new: bytes
) -> None:
    found = differences(tmp_path, {f"f{suffix}": old}, {f"f{suffix}": new})
    assert bool(found) == (old != new)
    for difference in found:
        assert max(map(len, (difference.place, difference.expected, difference.found))) <= LONGEST
        assert difference.expected != difference.found
        assert str(difference).isprintable()
