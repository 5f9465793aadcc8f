"""The template engine of every page: it escapes all that it prints, and a name that isn't there
stops it."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gapwatch.reporting.drawing.canvas import FONT_FOLDER

_FACES = (("400", "GapwatchSans-Regular.woff2"), ("600", "GapwatchSans-SemiBold.woff2"))


def data_uri(kind: str, content: bytes) -> str:
    """`content` inside the page."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def engine(templates: Path) -> Environment:
    """An engine for the templates of a folder, which may use `faces`: weights and typefaces."""
    environment = Environment(
        loader=FileSystemLoader(templates, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        newline_sequence="\n",
    )
    environment.globals["faces"] = _faces()
    return environment


@cache
def _faces() -> tuple[tuple[str, str], ...]:
    return tuple(
        (weight, data_uri("font/woff2", (FONT_FOLDER / name).read_bytes()))
        for weight, name in _FACES
    )
