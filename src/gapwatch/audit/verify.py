"""Is a release what its manifest says it is?"""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as PydanticError

from gapwatch.contracts import VERDICTS
from gapwatch.errors import IntegrityError

_AWAY = "move the release away and run again"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class Output(_Part):
    """One file of the release."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    bytes: int = Field(ge=0)


class Answer(_Part):
    """What the release says."""

    verdict: str
    sentence: str


class SnapshotPart(_Part):
    """The snapshot that it was made from."""

    id: str


class Manifest(_Part):
    """What of a manifest is needed to check a release (docs/manifest.md describes all of it)."""

    schema_version: Literal[1]
    release: str
    answer: Answer
    snapshot: SnapshotPart
    outputs: dict[Annotated[str, Field(pattern="^[a-z_]+(/[a-z_]+)?[.][a-z]+$")], Output]


def verify_release(folder: Path) -> Manifest:
    """Check every file of a release against its manifest, and the answer against its data.

    Raises IntegrityError, which names the file that is missing, changed or extra.
    """
    try:
        manifest = Manifest.model_validate_json((folder / "manifest.json").read_bytes())
    except (OSError, PydanticError) as error:
        raise IntegrityError(
            str(folder / "manifest.json"), expected="a manifest that can be read",
            found=str(error).splitlines()[0], remedy=_AWAY,
        ) from error  # fmt: skip
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    _require_same("files of the release", {*manifest.outputs, "manifest.json"}, present, folder)
    for name, output in manifest.outputs.items():
        content = (folder / name).read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != output.sha256:
            raise IntegrityError(
                str(folder / name), expected=f"sha256 {output.sha256}", found=f"sha256 {found}",
                remedy=_AWAY,
            )  # fmt: skip
    _require_answer(manifest, folder)
    return manifest


def _require_same(what: str, named: set[str], present: set[str], folder: Path) -> None:
    if named != present:
        missing, extra = sorted(named - present), sorted(present - named)
        found = [f"no {name}" for name in missing] + [f"{name}, not named" for name in extra]
        raise IntegrityError(
            str(folder), expected=f"the {what} that its manifest names", found="; ".join(found),
            remedy=_AWAY,
        )  # fmt: skip


def _require_answer(manifest: Manifest, folder: Path) -> None:
    """The manifest isn't among its own hashes, so its answer is held against the data."""
    rows = csv.DictReader(io.StringIO((folder / "data" / "verdict.csv").read_text("utf-8")))
    primary = {row["verdict"] for row in rows if row["is_primary"] == "true"}
    if manifest.answer.verdict not in primary & set(VERDICTS):
        raise IntegrityError(
            str(folder / "manifest.json"), expected=f"the verdict of its data: {sorted(primary)}",
            found=repr(manifest.answer.verdict), remedy=_AWAY,
        )  # fmt: skip
