"""The template engine of every page: it escapes all that it prints, and a name that isn't there
stops it."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from gapwatch.reporting.drawing.canvas import FONT_FOLDER

_FACES = (("400", "GapwatchSans-Regular.woff2"), ("600", "GapwatchSans-SemiBold.woff2"))


class _Compiled(BytecodeCache):
    """Templates as they were compiled in this process, which may make reports of many studies."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._held:
            bucket.bytecode_from_string(self._held[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._held[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


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
        bytecode_cache=_COMPILED,
        optimized=False,  # else a filter of one report would be worked out for all others
    )
    environment.globals["faces"] = _faces()
    return environment


@cache
def _faces() -> tuple[tuple[str, str], ...]:
    return tuple(
        (weight, data_uri("font/woff2", (FONT_FOLDER / name).read_bytes()))
        for weight, name in _FACES
    )
