"""Writing a new project into an empty folder: all of it, or nothing."""

from __future__ import annotations

import contextlib
import logging
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gapwatch import study as study_file
from gapwatch.errors import GapwatchError, UsageError
from gapwatch.publishing import told, write_files
from gapwatch.shipped import STUDY_FILE
from gapwatch.starting import districts, lookups, tiles, writing
from gapwatch.study import FileSource, PortalSource, Publishers, Study

if TYPE_CHECKING:
    from gapwatch.sources.http import Client

log = logging.getLogger(__name__)
DEFAULT_CODE = "E09000033"
_SHOWN = 3
# An answer in time helps; without one the study is as good but for its map.
_CONNECT_SECONDS, _READ_SECONDS = 5.0, 30.0


@dataclass(frozen=True)
class StartedProject:
    """A new project: its study, its place, how many areas, and what has to be put there first.

    `mapped` says whether tiles and outlines are by where the areas lie; `wanted` are files.
    """

    study_file: Path
    place: str
    area_code: str
    areas: int
    mapped: bool
    proposed: bool
    wanted: tuple[str, ...]


def start(
    place: str | None,
    folder: Path,
    *,
    offline: bool = False,
    client: Client | None = None,
    publishers: Publishers | None = None,
) -> StartedProject:
    """Write a project of a district, or of the default study without `place`, into a folder.

    Raises UsageError for a folder that holds anything (but a repository without files), and all
    that `districts.find` raises. A portal that doesn't answer costs the map alone, which is logged.
    """
    require_empty(folder)
    files, mapped, proposed = writing.of_default(), False, False
    if place is not None and (district := districts.find(place)).code != DEFAULT_CODE:
        source, at = (None, None) if offline else _placed(district, client, publishers)
        files, mapped, proposed = writing.of_district(district, at, source), at is not None, True
    _write(folder, files)
    path = folder.resolve() / STUDY_FILE
    study, _ = study_file.load(path)
    wanted = tuple(lacking(study, path))
    codes = study.study.area_code, len(study.geography.areas)
    return StartedProject(path, study.study.place, *codes, mapped, proposed, wanted)


def lacking(study: Study, path: Path) -> list[str]:
    """Files that the study names by `path` and that aren't there, in its order, each once."""
    named = [s.path for s in study.sources if isinstance(s, FileSource) and s.path is not None]
    return [name for name in dict.fromkeys(named) if not (path.parent / name).is_file()]


def require_empty(folder: Path) -> None:
    """UsageError for a folder that holds anything but an empty repository's own folder."""
    if not folder.exists():
        return
    held = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    held = [name for name in held if name != ".git"]
    if folder.is_dir() and not held:
        return
    more = f" and {len(held) - _SHOWN} more" * (len(held) > _SHOWN)
    raise UsageError(
        f"init in {folder.resolve()}",
        expected="an empty or new folder",
        found=f"{', '.join(held[:_SHOWN])}{more}" if held else "a file",
        remedy="name another folder with --into; a study that is there already is edited by hand",
    )


def _placed(
    district: districts.District, client: Client | None, publishers: Publishers | None
) -> tuple[PortalSource | None, dict[str, tiles.Place] | None]:
    """The source of outlines and the tiles by them; neither where the portal can't be asked."""
    source = lookups.outlines_source(district)
    log.info("asking the Open Geography Portal where the wards of %s lie ...", district.name)
    try:
        with _asking(client) as asking:
            middles = lookups.centroids(source, asking, publishers or Publishers())
    except GapwatchError as error:
        log.warning(
            "no map: %s (%s, found %s). Tiles go by name, as with --offline, which doesn't ask",
            error.kind.casefold(),
            error.where.partition("?")[0],
            error.found,
        )
        return None, None
    return source, tiles.from_centroids(middles)


@contextlib.contextmanager
def _asking(client: Client | None) -> Iterator[Client]:
    if client is not None:
        yield client
        return
    from gapwatch.sources.http import Client as Asking  # noqa: PLC0415 - heavy, and not offline

    with Asking(connect=_CONNECT_SECONDS, read=_READ_SECONDS, tries=1) as made:
        yield made


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write aside within the folder, then move each part into place, the study last."""
    with told(folder):
        new = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".gapwatch-init-", dir=folder))
        moved: list[Path] = []
        try:
            write_files(aside, files)
            parts = sorted(aside.iterdir(), key=lambda path: (path.name == STUDY_FILE, path.name))
            for part in parts:
                moved += [part.rename(folder / part.name)]  # as it goes, for what stops it
        except BaseException:
            for path in moved:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            shutil.rmtree(aside, ignore_errors=True)
            if new:
                folder.rmdir()
            raise
        aside.rmdir()
