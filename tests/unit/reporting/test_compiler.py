"""The compiler of papers: what it is given is the same for the same content, in any order."""

from __future__ import annotations

import json
from typing import Any

from gapwatch.reporting.formats import compiler
from gapwatch.reporting.formats.compiler import Compiler

CHART = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20">'
    '<rect width="{width}" height="20" fill="#12436d"/></svg>'
)


def test_all_content_is_one_input_that_no_order_changes(monkeypatch: Any) -> None:
    """Several are handed over in any order, which the compiler takes for other content."""
    seen: list[dict[str, str]] = []

    class Listening:
        def __init__(self, *_: object, **__: object) -> None: ...

        def compile(self, *, sys_inputs: dict[str, str], **_: object) -> list[bytes]:
            seen.append(sys_inputs)
            return [b"a page"]

    monkeypatch.setattr(compiler.typst, "Compiler", Listening)
    made = Compiler("report.typ", "report.pdf")
    assert made.pages({"report": "1", "sizes": "2", "fit": "é"}) == [b"a page"]
    assert made.pages({"fit": "é", "sizes": "2", "report": "1"}) == [b"a page"]
    assert seen[0] == seen[1]
    assert list(seen[0]) == ["given"]
    told = {"fonts": "[]", "report": "1", "sizes": "2", "fit": "é"}
    assert json.loads(seen[0]["given"]) == told


def test_a_picture_is_of_the_content_that_it_is_given() -> None:
    made = Compiler("chart.typ", "a picture")
    once, wider = (
        made.one({"chart": CHART.format(width=width)}, format="png", ppi=96.0) for width in (40, 60)
    )
    assert once.startswith(b"\x89PNG")
    assert [int.from_bytes(png[16:20], "big") for png in (once, wider)] == [40, 60]
    assert made.one({"chart": CHART.format(width=40)}, format="png", ppi=96.0) == once
