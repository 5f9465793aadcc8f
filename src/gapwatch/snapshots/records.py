"""What a snapshot is made of: objects, pins and the list of pins, as frozen records."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from gapwatch.contracts import SLUG
from gapwatch.errors import UsageError

MAX_OBJECT_BYTES = 2_000_000_000

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Slug = Annotated[str, Field(pattern=f"^{SLUG}$", max_length=60)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Suffix = Literal["csv", "geojson", "gpkg", "html", "json", "ods", "xls", "xlsx", "zip"]


class Object(_Record):
    """One stored file of a pin: the part it plays, where it was had, its size and hash."""

    role: Slug
    address: str = ""
    suffix: Suffix = "csv"
    sha256: Sha256
    bytes: int = Field(ge=1, le=MAX_OBJECT_BYTES)


class Pin(_Record):
    """What one source sent: what it is, who published it under which licence, and its objects.

    `restricted` objects lie apart, outside version control, and may be on another machine alone.
    The first form of a pin had one object, whose fields stood in the pin itself; it is still read.
    """

    id: Slug
    table: Annotated[str, Field(pattern="^[a-z_]{1,60}$")]
    title: str
    publisher: str
    licence: str
    attribution: str
    period: str
    obtained: Literal["transcribed", "retrieved"]
    obtained_on: dt.date
    objects: tuple[Object, ...] = Field(min_length=1, max_length=10_000)
    restricted: bool = False

    @model_serializer(mode="wrap")
    def _as_before(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A pin that isn't restricted is written as it was before there were such pins."""
        told: dict[str, Any] = written(self)
        if not self.restricted:
            del told["restricted"]
        return told

    @model_validator(mode="before")
    @classmethod
    def _first_form(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and "objects" not in raw:
            inside = {name: raw[name] for name in ("address", "suffix", "sha256", "bytes")
                      if name in raw}  # fmt: skip
            outside = {name: value for name, value in raw.items() if name not in inside}
            return outside | {"objects": [{"role": "data"} | inside]}
        return raw

    @property
    def address(self) -> str:
        """Where the figures were had, or the first page of them; "" when they were written out."""
        data = [item for item in self.objects if item.role.partition("-")[0] == "data"]
        return (data or self.objects)[0].address

    @property
    def bytes(self) -> int:
        """Size of all objects together."""
        return sum(item.bytes for item in self.objects)

    @property
    def sha256(self) -> str:
        """Hash of the one object; of the list of roles and hashes where there are several."""
        if len(self.objects) == 1:
            return self.objects[0].sha256
        return sha256("\n".join(f"{item.role} {item.sha256}" for item in self.objects).encode())


class SnapshotList(_Record):
    """The content of snapshot.json.

    `study` is the study whose sources were pulled, "" for figures that any study may use;
    `follows` is the snapshot that this one was pulled after, which orders two of one date.
    """

    schema_version: Literal[1, 2] = 2
    title: str
    as_known_at: dt.date
    study: Slug | Literal[""] = ""
    follows: str = Field(default="", max_length=60)
    pins: dict[Slug, Sha256]


class Snapshot(_Record):
    """A snapshot whose pins have been read and verified."""

    id: str
    title: str
    as_known_at: dt.date
    study: str = ""
    follows: str = ""
    pins: tuple[Pin, ...]

    def pin(self, source: str) -> Pin:
        """The pin of a source. Raises UsageError when the snapshot has none of that name."""
        for pin in self.pins:
            if pin.id == source:
                return pin
        raise UsageError(
            f"snapshot {self.id}", expected=f"a pin named {source!r}, which the study asks for",
            found=", ".join(pin.id for pin in self.pins),
            remedy="pull it with `gapwatch pull`, or take the source out of the study",
        )  # fmt: skip


def sha256(content: bytes) -> str:
    """SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
