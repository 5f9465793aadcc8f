"""Which releases there are, and what each says of itself: its manifest, study, data, files."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import logging
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gapwatch import publishing, snapshots
from gapwatch.audit.manifest_model import Keyed, Manifest
from gapwatch.audit.provenance import STUDY
from gapwatch.audit.verify import MANIFEST, read_manifest, release_problems
from gapwatch.errors import IntegrityError
from gapwatch.reporting.language.apart import Apart
from gapwatch.reporting.language.standing import draft, named
from gapwatch.snapshots import Retirement
from gapwatch.study.fonts import Typeface, declared
from gapwatch.study.promise import in_force
from gapwatch.study.tongue import Tongue
from gapwatch.study.words import Words

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ShelvedRelease:
    """One release. `retired` is the record of its retirement, or of that of its snapshot."""

    name: str
    folder: Path
    manifest: Manifest
    retired: Retirement | None
    newest: bool

    def read(self, name: str) -> bytes:
        """A file of the release."""
        return (self.folder / name).read_bytes()

    @cached_property
    def study(self) -> dict[str, Any]:
        """The study as the release keeps it."""
        return tomllib.loads(self.read(STUDY).decode("utf-8"))

    @cached_property
    def typefaces(self) -> tuple[Typeface, ...]:
        """The fonts that its study declares, as the release keeps them."""
        return declared(self.folder / STUDY, self.study)

    def told(self, text: str) -> str:
        """A text of its study, as a page says it: names from right to left are set apart."""
        return Apart([text]).text(text)

    @cached_property
    def tongue(self) -> Tongue:
        """The language that it is written in."""
        told = self.study.get("words", {})
        kept = {key: told[key] for key in ("language", "decimal", "thousands") if key in told}
        return Words.model_validate(kept).tongue

    @property
    def sex(self) -> str:
        """The sex that the promise in force was about."""
        return str(in_force(self.study, self.date)["sex"])

    @property
    def title(self) -> str:
        """What it is about."""
        return self.told(str(self.study["study"]["title"]))

    @property
    def invented(self) -> str:
        """What says that its figures are invented; "" where they are not."""
        return self.told(str(self.study["study"].get("invented", "")).strip())

    @property
    def date(self) -> dt.date:
        """The day as of which it knows."""
        return dt.date.fromisoformat(self.manifest.as_known_at)

    @cached_property
    def manifest_sha256(self) -> str:
        """The hash that its seal names."""
        return hashlib.sha256(self.read(MANIFEST)).hexdigest()

    @property
    def restricted(self) -> bool:
        """Whether it rests on anything restricted."""
        return any(isinstance(pin, Keyed) for pin in self.manifest.snapshot.inputs.values())

    @property
    def author(self) -> str:
        """Who is named as its author: the analyst, else who commissioned it; "" for nobody."""
        told = (named(self.manifest.people, key) for key in ("analysed_by", "commissioned_by"))
        return self.told(next((name for name in told if name), ""))

    @property
    def draft(self) -> str:
        """Why it is a draft; "" where it is none."""
        return draft(self.manifest.people)

    @cached_property
    def described(self) -> tuple[tuple[str, str], ...]:
        """Its tables: the file of each, and what it holds."""
        tables = json.loads(self.read("data/metadata.json"))["tables"]
        return tuple((f"data/{one['url']}", str(one["dc:description"])) for one in tables)

    @cached_property
    def rights(self) -> tuple[str, ...]:
        """Licence and attribution of every source, each once."""
        tables = json.loads(self.read("data/metadata.json"))["tables"]
        return tuple(dict.fromkeys(line for one in tables for line in one.get("dc:rights", ())))

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of a table, as text; none where the release has no such table."""
        file = f"data/{name}.csv"
        if file not in self.manifest.outputs:
            return []
        return list(csv.DictReader(io.StringIO(self.read(file).decode("utf-8"))))


@dataclass(frozen=True)
class Coming:
    """A release on its way to be published: its folder, and whether it becomes the newest."""

    name: str
    folder: Path
    study: str
    newest: bool


def shelf(out: Path, raw: Path, coming: Coming | None = None) -> tuple[ShelvedRelease, ...]:
    """Every release that is whole, newest first; one that isn't is left out, with a warning.

    The release that is `coming` stands for that of its name. Raises IntegrityError where a record
    of a retirement, of a release or of a snapshot in `raw`, can't be read.
    """
    retired, out_of_use = snapshots.retired(out), snapshots.retired(raw)
    folders = {
        path.parent.name: path.parent
        for path in sorted(out.glob(f"*/{MANIFEST}"))
        if publishing.is_release(path.parent.name) and not path.parent.is_symlink()
    }
    if coming is not None:
        folders[coming.name] = coming.folder
    found: dict[str, Manifest] = {}
    for name, folder in folders.items():
        ours = coming is not None and name == coming.name
        manifest = read_manifest(folder) if ours else _whole(folder)
        if manifest is not None:
            found[name] = manifest
    newest = _newest(out, found, coming)
    entries = [
        entry
        for name, manifest in found.items()
        if _is_readable(
            entry := ShelvedRelease(
                name,
                folders[name],
                manifest,
                retired.get(name) or out_of_use.get(manifest.snapshot.id),
                newest.get(manifest.study.id) == name,
            )
        )
    ]
    depth = {name: _depth(name, found) for name in found}
    key = lambda entry: (entry.manifest.as_known_at, depth[entry.name], entry.name)  # noqa: E731
    return tuple(sorted(entries, key=key, reverse=True))


def _newest(out: Path, found: Mapping[str, Manifest], coming: Coming | None) -> dict[str, str]:
    studies = sorted({manifest.study.id for manifest in found.values()})
    newest = {study: publishing.pointed(out, study) for study in studies}
    if coming is not None and coming.newest:
        newest[coming.study] = coming.name
    return newest


def _whole(folder: Path) -> Manifest | None:
    manifest, problems = release_problems(folder)
    if manifest is None or problems:
        log.warning(
            "release %s is left out of the site: it isn't as it was released (gapwatch verify)",
            folder.name,
        )
        return None
    return manifest


def _is_readable(entry: ShelvedRelease) -> bool:
    """Whether what the site tells of a release can be read from it: another version wrote it."""
    try:
        _ = (entry.title, entry.tongue, entry.invented, entry.date, entry.described, entry.rights)
        _ = (entry.sex, entry.table("verdict"), entry.table("gap"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning(
            "release %s is left out of the site: it can't be read here (%s)",
            entry.name,
            type(error).__name__,
        )
        return False
    return True


def _depth(name: str, found: Mapping[str, Manifest]) -> int:
    """How many releases it follows, one after another: of one date, the last one is the newest."""
    depth, seen = 0, set[str]()
    while name in found and name not in seen:
        seen.add(name)
        previous = found[name].previous
        if previous is None:
            break
        name, depth = previous.release, depth + 1
    return depth


def require_any(out: Path) -> None:
    """Refuse a folder without any release; nothing is read or made there."""
    if not any(out.glob(f"*/{MANIFEST}")):
        raise IntegrityError(
            str(out),
            expected="a release",
            found="none",
            remedy="make one with `gapwatch run`",
        )
