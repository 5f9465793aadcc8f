"""Snapshots and releases that were set aside: a record each, with a reason, that never changes.

    data/raw/retired/<snapshot>.json    never taken as the newest; a run that names it still may
    reports/retired/<release>.json      never the newest; verified and made again as ever

What is retired stays where it is, for releases that rest on it or follow it. There is no way back:
a record says what was decided, and when.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic import ValidationError as PydanticError

from gapwatch.errors import IntegrityError, UsageError
from gapwatch.snapshots.objects import write_all

FOLDER = "retired"
MOST_REASON = 500
_AGAIN = "restore it from version control or a backup"


class Retirement(BaseModel):
    """Who is out, why and since when. `sha256` is of the list or manifest that was retired."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    kind: Literal["snapshot", "release"]
    id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,150}$")]
    reason: Annotated[str, Field(min_length=1, max_length=MOST_REASON)]
    retired_on: dt.date
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

    @field_validator("reason")
    @classmethod
    def _one_line(cls, reason: str) -> str:
        if not reason.strip() or not reason.isprintable():
            raise ValueError("a reason in words, on one line")
        return reason.strip()


def retired(root: Path) -> dict[str, Retirement]:
    """Every record below `root`, which is that of the snapshots or of the releases, by id.

    Raises IntegrityError for one that isn't as it was written.
    """
    return {path.stem: read(path) for path in records(root)}


def records(root: Path) -> list[Path]:
    """The files that hold them."""
    return sorted((root / FOLDER).glob("*.json"))


def read(path: Path) -> Retirement:
    """One record, which must be that of the id in its name."""
    try:
        record = Retirement.model_validate_json(path.read_bytes())
    except (OSError, PydanticError) as error:
        raise _wrong(path, "a record of what was retired", f"{type(error).__name__}") from error
    if record.id != path.stem:
        raise _wrong(path, f"the record of {path.stem}", f"that of {record.id}")
    return record


def retire(root: Path, record: Retirement) -> None:
    """Write a record, flushed to the disk. Raises UsageError where there is one already."""
    path = root / FOLDER / f"{record.id}.json"
    if path.exists():
        before = read(path)
        raise UsageError(
            f"{record.kind} {record.id}",
            expected="one that isn't retired",
            found=f"retired on {before.retired_on}: {before.reason}",
            remedy="leave it so: a record never changes",
        )
    text = json.dumps(record.model_dump(mode="json"), indent=2, ensure_ascii=False, sort_keys=True)
    write_all({path: f"{text}\n".encode()})


def checked_reason(reason: str) -> str:
    """A reason as it will be recorded. Raises UsageError for an empty, long or odd one."""
    text = reason.strip()
    if not text or len(text) > MOST_REASON or not text.isprintable():
        raise UsageError(
            "--reason",
            expected=f"a reason in words, on one line of at most {MOST_REASON}",
            found=repr(reason[:80]),
            remedy="say why, for whoever reads it in ten years",
        )
    return text


def _wrong(path: Path, expected: str, found: str) -> IntegrityError:
    return IntegrityError(str(path), expected=expected, found=found, remedy=_AGAIN)
