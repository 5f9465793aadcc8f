"""Snapshots and releases that were deleted to keep no more than is needed: a record of each.

    data/raw/pruned/<snapshot>.json
    reports/pruned/<release>.json

The record has the hash of what was deleted, so that a release that follows it still hangs on its
chain, and whoever restores it from a backup can tell that it is the same.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as PydanticError

from gapwatch.errors import IntegrityError
from gapwatch.snapshots.objects import write_all
from gapwatch.snapshots.retirement import MOST_REASON

PRUNED = "pruned"


class Pruned(BaseModel):
    """What was deleted, why and when. `sha256` is of the snapshot's list or the manifest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    kind: Literal["snapshot", "release"]
    id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,150}$")]
    study: Annotated[str, Field(max_length=60)]
    reason: Annotated[str, Field(min_length=1, max_length=MOST_REASON)]
    pruned_on: dt.date
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def pruned(root: Path) -> dict[str, Pruned]:
    """Every record below `root`, which is that of the snapshots or of the releases, by id.

    Raises IntegrityError for one that isn't as it was written.
    """
    return {path.stem: _read(path) for path in sorted((root / PRUNED).glob("*.json"))}


def pruned_problems(root: Path) -> list[IntegrityError]:
    """What is wrong with the records, each by itself."""
    found = []
    for path in sorted((root / PRUNED).glob("*")) if (root / PRUNED).is_dir() else []:
        try:
            _read(path)
        except IntegrityError as error:
            found.append(error)
    return found


def record_pruned(root: Path, record: Pruned) -> None:
    """Write a record, flushed to the disk; one that is there already stays as it is."""
    text = json.dumps(record.model_dump(mode="json"), indent=2, ensure_ascii=False, sort_keys=True)
    path = root / PRUNED / f"{record.id}.json"
    if not path.exists():
        write_all({path: f"{text}\n".encode()})


def is_pruned(root: Path, name: str, sha256: str) -> bool:
    """Whether a snapshot or release of this hash was deleted on purpose."""
    path = root / PRUNED / f"{name}.json"
    if not path.is_file():
        return False
    try:
        return _read(path).sha256 == sha256
    except IntegrityError:
        return False


def _read(path: Path) -> Pruned:
    try:
        record = Pruned.model_validate_json(path.read_bytes())
    except (OSError, PydanticError) as error:
        raise _wrong(path, "a record of what was deleted", type(error).__name__) from error
    if record.id != path.stem or path.suffix != ".json":
        raise _wrong(path, f"the record of {path.stem}", f"that of {record.id}")
    return record


def _wrong(path: Path, expected: str, found: str) -> IntegrityError:
    return IntegrityError(
        str(path),
        expected=expected,
        found=found,
        remedy="restore it from version control or a backup",
    )
