"""The first cell of a table's row as its header, in a PDF of ours.

The compiler tags every cell below a table's head as data (its own row headers are behind a switch
that its Python package doesn't offer). Its files are plain enough to mend: every object stands by
itself, at the offset that the one cross-reference table names. So the first cell of each row gets
the tag TH and the scope Row, and the offsets are counted again. PDF 32000-1, 14.8.4.3.4, 14.8.5.7.
"""

from __future__ import annotations

import re

from gapwatch.errors import OutputError

_START = re.compile(rb"startxref\n(\d+)\n%%EOF\s*$")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])")
_BODY = re.compile(rb"/S/TBody/.*?/K\[([^\]]*)\]", re.DOTALL)
_ROW = re.compile(rb"/S/TR/.*?/K\[(\d+) 0 R")
_ROWS = re.compile(rb"(\d+) 0 R")
_CELL = b"<</Type/StructElem/S/TD/"
_HEADER = b"<</Type/StructElem/S/TH/"
_OWNED = b"<</O/Table"


def with_row_headers(pdf: bytes) -> bytes:
    """The file with row headers. Raises OutputError for one that isn't built as expected."""
    objects, head, tail = _split(pdf)
    firsts = set()
    for held in objects.values():
        body = _BODY.search(held) if b"/S/TBody/" in held else None
        for row in _ROWS.findall(body[1]) if body else ():
            cell = _ROW.search(objects[int(row)])
            if cell:
                firsts.add(int(cell[1]))
    for number in firsts:
        objects[number] = _headed(objects[number])
    return _joined(objects, head, tail)


def _headed(cell: bytes) -> bytes:
    start = cell.index(b"obj\n") + 4
    if not cell.startswith(_CELL, start):
        return cell
    told = _HEADER + cell[start + len(_CELL) :]
    if _OWNED in told:
        told = told.replace(_OWNED, _OWNED + b"/Scope/Row", 1)
    else:
        raise _strange("a table's cell without attributes")
    return cell[:start] + told


def _split(pdf: bytes) -> tuple[dict[int, bytes], bytes, bytes]:
    """Objects by number in the order of the file, what is before them, and the trailer."""
    found = _START.search(pdf)
    if not found or not pdf.startswith(b"xref\n0 ", int(found[1])):
        raise _strange("no cross-reference table at its end")
    table = int(found[1])
    trailer = pdf.index(b"trailer\n", table)
    entries = _ENTRY.findall(pdf[table:trailer])
    offsets = sorted(
        (int(at), number) for number, (at, _, kind) in enumerate(entries) if kind == b"n"
    )
    ends = [at for at, _ in offsets[1:]] + [table]
    objects = {number: pdf[at:end] for (at, number), end in zip(offsets, ends, strict=True)}
    for number, held in objects.items():
        if not held.startswith(b"%d 0 obj\n" % number):
            raise _strange(f"something else where object {number} begins")
    return objects, pdf[: offsets[0][0]], pdf[trailer : found.start()]


def _joined(objects: dict[int, bytes], head: bytes, trailer: bytes) -> bytes:
    parts, offsets, at = [head], {}, len(head)
    for number, held in objects.items():
        offsets[number] = at
        parts.append(held)
        at += len(held)
    table = [b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)]
    table += [b"%010d 00000 n \n" % offsets[number] for number in range(1, len(objects) + 1)]
    return b"".join([*parts, *table, trailer, b"startxref\n%d\n%%%%EOF" % at])


def _strange(found: str) -> OutputError:
    return OutputError(
        "a PDF of the report",
        expected="a file that is built as the locked compiler builds it",
        found=found,
        remedy="install the locked version of typst with make",
    )
