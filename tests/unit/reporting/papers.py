"""What a PDF of ours holds: its tags as a tree, its bookmarks, its pages as pictures."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pypdf
import typst
from pypdf.generic import ArrayObject, DictionaryObject


@dataclass
class Tag:
    """A structure element: its kind, what it is called, its table attributes, what it holds."""

    kind: str
    title: str
    scope: str
    alt: str
    below: list[Tag] = field(default_factory=list)

    def every(self, *kinds: str) -> Iterator[Tag]:
        """Elements of these kinds in and under it, in reading order."""
        if self.kind in kinds:
            yield self
        for tag in self.below:
            yield from tag.every(*kinds)


def opened(content: bytes) -> pypdf.PdfReader:
    """The PDF, refused where any offset of it is wrong."""
    return pypdf.PdfReader(io.BytesIO(content), strict=True)


def tree(reader: pypdf.PdfReader) -> Tag:
    """All tags under the root."""
    root = reader.trailer["/Root"]["/StructTreeRoot"]
    return Tag("/Root", "", "", "", list(_below(root)))


def _below(element: DictionaryObject) -> Iterator[Tag]:
    held = element.get("/K", ArrayObject())
    held = held.get_object()
    for child in held if isinstance(held, ArrayObject) else [held]:
        one = child.get_object()
        if isinstance(one, DictionaryObject) and "/S" in one:
            yield Tag(
                one["/S"],
                str(one.get("/T", "")),
                _scope(one),
                str(one.get("/Alt", "")),
                list(_below(one)),
            )


def _scope(element: DictionaryObject) -> str:
    told = element.get("/A", ArrayObject()).get_object()
    for one in told if isinstance(told, ArrayObject) else [told]:
        attributes = one.get_object()
        if attributes.get("/O") == "/Table":
            return str(attributes.get("/Scope", ""))
    return ""


def bookmarks(reader: pypdf.PdfReader) -> list[str]:
    """Titles of all bookmarks, in order."""

    def walk(entries: list) -> Iterator[str]:
        for entry in entries:
            if isinstance(entry, list):
                yield from walk(entry)
            else:
                yield entry.title

    return list(walk(reader.outline))


_SHEETS = """
#set page(width: 210mm, height: 297mm, margin: 0pt)
#for n in range(int(sys.inputs.pages)) { image("given.pdf", page: n + 1, width: 100%) }
"""


def pictures(content: bytes, ppi: float = 36.0) -> list[bytes]:
    """Every page of a PDF on A4 as a PNG, as it is printed."""
    number = len(pypdf.PdfReader(io.BytesIO(content)).pages)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "given.pdf").write_bytes(content)
        Path(folder, "sheets.typ").write_text(_SHEETS, encoding="utf-8")
        compiler = typst.Compiler(Path(folder, "sheets.typ"), root=folder)
        made = compiler.compile(format="png", ppi=ppi, sys_inputs={"pages": str(number)})
    return [made] if isinstance(made, bytes) else list(made)
