"""An Office file with the same bytes each time: no clock, one order, one compression."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

_FIRST = "[Content_Types].xml"
_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can say: it stands for none."""
_UNIX = 3


def repacked(content: bytes, change: Mapping[str, Callable[[bytes], bytes]] | None = None) -> bytes:
    """The package again, its parts in the order of their names; `change` rewrites parts by name."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new,
    ):
        for name in sorted(old.namelist(), key=lambda name: (name != _FIRST, name)):
            part = old.read(name)
            if change and name in change:
                part = change[name](part)
            info = zipfile.ZipInfo(name, _DAY)
            info.create_system, info.compress_type = _UNIX, zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            new.writestr(info, part)
    return buffer.getvalue()
