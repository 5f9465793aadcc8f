"""Which studies are meant: files, folders and patterns, each study once."""

from __future__ import annotations

import glob
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gapwatch import study as study_file
from gapwatch.errors import StudyError, UsageError
from gapwatch.project import STUDY_FILE


@dataclass(frozen=True)
class FleetStudy:
    """A study of a fleet: its file, and what it says of itself.

    `fault` is why its file can't be read, "" where it can; then `id` is its folder's name or, if
    that isn't one of its own, the file's path, and `place` is empty.
    """

    file: Path
    id: str
    place: str = ""
    area_code: str = ""
    invented: bool = False
    fault: str = ""


def find_studies(named: Sequence[str]) -> tuple[FleetStudy, ...]:
    """Every study that is named, in the order of their ids.

    A file is a study; a folder is the gapwatch.toml in it, or else those of the folders in it; of
    a pattern with *, ? or [ it is all that match. A file that is named twice counts once, and one
    that can't be read is part of the fleet, with its fault.

    Raises UsageError for a path that isn't there, for a folder or a pattern without a study, and
    for two studies of one id, whose releases would be one place's.
    """
    files = dict.fromkeys(file.resolve() for name in named for file in _files(name))
    if not files:
        raise UsageError(
            "fleet", expected="studies: files, folders or patterns", found="none", remedy="name one"
        )
    read = [_read(file) for file in files]
    _require_apart(one for one in read if not one.fault)
    taken = {one.id for one in read if not one.fault}
    found = []
    for one in read:
        if one.fault and one.id in taken:
            one = FleetStudy(one.file, one.file.as_posix(), fault=one.fault)  # noqa: PLW2901
        taken.add(one.id)
        found.append(one)
    return tuple(sorted(found, key=lambda one: (one.id, one.file)))


def _files(name: str) -> list[Path]:
    path = Path(name)
    if not path.exists() and glob.has_magic(name):
        # A shell does this where there is one; Windows leaves it to the program.
        matches = [Path(match) for match in sorted(glob.glob(name, recursive=True))]  # noqa: PTH207
        found = [file for match in matches for file in _of(match)]
        if not found:
            raise _none(name, "a pattern that matches studies", "no match that is one")
        return found
    if not path.exists():
        raise _none(name, "a study file, a folder of studies or a pattern", "no such path")
    found = _of(path)
    if not found:
        raise _none(name, f"a folder with {STUDY_FILE}, or with folders that hold one", "neither")
    return found


def _of(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if (path / STUDY_FILE).is_file():
        return [path / STUDY_FILE]
    return sorted(path.glob(f"*/{STUDY_FILE}"))


def _none(name: str, expected: str, found: str) -> UsageError:
    return UsageError(
        f"fleet {name}", expected=expected, found=found, remedy="correct the path; nothing was made"
    )


def _read(file: Path) -> FleetStudy:
    try:
        study, _ = study_file.load(file)
    except StudyError as error:
        name = file.parent.name if file.name == STUDY_FILE else file.stem
        return FleetStudy(file, name or file.as_posix(), fault=str(error))
    about = study.study
    return FleetStudy(file, about.id, about.place, about.area_code, bool(about.invented))


def _require_apart(studies: Iterable[FleetStudy]) -> None:
    by_id: dict[str, list[FleetStudy]] = defaultdict(list)
    for one in studies:
        by_id[one.id].append(one)
    for name, same in sorted(by_id.items()):
        if len(same) > 1:
            raise UsageError(
                f"fleet, study {name}",
                expected="each id once",
                found=" and ".join(str(one.file) for one in same),
                remedy="give one of them another id, or leave it out; nothing was made",
            )
