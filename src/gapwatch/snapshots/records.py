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
    """One stored file of a pin: the part it plays, where it was had, its size and hash.

    Of a restricted object neither is told: `hmac_sha256`, its HMAC-SHA256 under the key beside it
    (gapwatch.snapshots.keyed), stands in their place, and the others are "" and 0. The first
    restricted pins told both; they are still read.
    """

    role: Slug
    address: str = ""
    suffix: Suffix = "csv"
    sha256: Sha256 | Literal[""] = ""
    bytes: int = Field(default=0, ge=0, le=MAX_OBJECT_BYTES)
    hmac_sha256: Sha256 | Literal[""] = ""

    @model_validator(mode="after")
    def _one_digest(self) -> Object:
        plain = bool(self.sha256) and self.bytes > 0
        if bool(self.hmac_sha256) == plain or bool(self.sha256) != bool(self.bytes):
            raise ValueError("sha256 and bytes, or hmac_sha256 alone")
        return self

    @model_serializer(mode="wrap")
    def _one_told(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        told: dict[str, Any] = written(self)
        for name in ("sha256", "bytes") if self.hmac_sha256 else ("hmac_sha256",):
            del told[name]
        return told

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes or, of a keyed object, their HMAC-SHA256."""
        return self.hmac_sha256 or self.sha256

    @property
    def name(self) -> str:
        """The name of the stored file."""
        return f"{self.digest}.{self.suffix}"


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

    @model_validator(mode="after")
    def _keyed_apart(self) -> Pin:
        if self.is_keyed and not self.restricted:
            raise ValueError("restricted = true beside hmac_sha256")
        return self

    @model_validator(mode="before")
    @classmethod
    def _first_form(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and "objects" not in raw:
            inside = {
                name: raw[name] for name in ("address", "suffix", "sha256", "bytes") if name in raw
            }
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
        """Size of all objects together; 0 for a keyed pin, which tells none."""
        return sum(item.bytes for item in self.objects)

    @property
    def is_keyed(self) -> bool:
        """Whether its objects are told of by keyed digests alone."""
        return any(item.hmac_sha256 for item in self.objects)

    @property
    def sha256(self) -> str:
        """Digest of the one object; of the list of roles and digests where there are several."""
        if len(self.objects) == 1:
            return self.objects[0].digest
        return sha256("\n".join(f"{item.role} {item.digest}" for item in self.objects).encode())

    @property
    def told(self) -> dict[str, str | int]:
        """Digest and size as manifests and lists have them: of a keyed pin the digest alone."""
        if self.is_keyed:
            return {"hmac_sha256": self.sha256}
        return {"sha256": self.sha256, "bytes": self.bytes}


class Missed(_Record):
    """Why a source could not be renewed, and since when: its earlier pin stands, or none does.

    `why` is a code, as the words of an error may name a folder or hold a cell of a file: its
    publisher gave no answer, sent nothing that can be read, or sent what a check refused. `since`
    is the date of the first of the pulls that missed it, one after the other.
    """

    why: Literal["no-answer", "unreadable", "refused"]
    since: dt.date


class SnapshotList(_Record):
    """The content of snapshot.json.

    `study` is the study whose sources were pulled, "" for figures that any study may use;
    `follows` is the snapshot that this one was pulled after, which orders two of one date.
    `missed` names the sources that the pull could not renew.
    """

    schema_version: Literal[1, 2] = 2
    title: str
    as_known_at: dt.date
    study: Slug | Literal[""] = ""
    follows: str = Field(default="", max_length=60)
    pins: dict[Slug, Sha256]
    missed: dict[Slug, Missed] = Field(default={})

    @model_serializer(mode="wrap")
    def _as_before(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A list that misses nothing is written as it was before any could."""
        told: dict[str, Any] = written(self)
        if not self.missed:
            del told["missed"]
        return told


class Snapshot(_Record):
    """A snapshot whose pins have been read and verified."""

    id: str
    title: str
    as_known_at: dt.date
    study: str = ""
    follows: str = ""
    pins: tuple[Pin, ...]
    missed: dict[Slug, Missed] = Field(default={})

    def pin(self, source: str) -> Pin:
        """The pin of a source. Raises UsageError when the snapshot has none of that name."""
        for pin in self.pins:
            if pin.id == source:
                return pin
        raise UsageError(
            f"snapshot {self.id}",
            expected=f"a pin named {source!r}, which the study asks for",
            found=", ".join(pin.id for pin in self.pins),
            remedy="pull it with `gapwatch pull`, or take the source out of the study",
        )


def sha256(content: bytes) -> str:
    """SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
