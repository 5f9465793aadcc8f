"""The template engine of every page: it escapes all that it prints, and a name that isn't there
stops it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context

from gapwatch.reporting.drawing.canvas import FONT_FOLDER

_FACES = (("400", "GapwatchSans-Regular.woff2"), ("600", "GapwatchSans-SemiBold.woff2"))


def data_uri(kind: str, content: bytes) -> str:
    """`content` inside the page."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


class _Compiled(BytecodeCache):
    """Templates that this process has compiled, by name and text."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template's code, if it is here."""
        bucket.code = self.held.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        if bucket.code is not None:
            self.held[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def engine(templates: Path, filters: Mapping[str, Callable[..., object]]) -> Environment:
    """An engine for the templates of a folder, which may use `faces`: weights and typefaces.

    `filters` are asked when a page is made and never before: what they say of a constant depends on
    the language and the report, and compiled templates serve all of them.
    """
    environment = Environment(
        loader=FileSystemLoader(templates, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        newline_sequence="\n",
        bytecode_cache=_COMPILED,
    )
    environment.filters |= {name: _asked_late(function) for name, function in filters.items()}
    environment.globals["faces"] = _faces()
    return environment


def _asked_late(function: Callable[..., object]) -> Callable[..., object]:
    """A filter that takes no context, as one that does: the compiler evaluates none of these."""

    @pass_context
    def filtered(_context: Context, *values: Any, **named: Any) -> object:
        return function(*values, **named)

    return filtered


@cache
def _faces() -> tuple[tuple[str, str], ...]:
    return tuple(
        (weight, data_uri("font/woff2", (FONT_FOLDER / name).read_bytes()))
        for weight, name in _FACES
    )
