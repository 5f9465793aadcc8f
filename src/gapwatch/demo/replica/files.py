"""Answers that a study brings itself: served as they are, in the layout of their publisher.

They lie in a folder `replica` beside the study, one for each source that is pulled, named by its
id: those that all scenarios share in the folder itself, the others in a folder for each scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gapwatch.demo.replica.faults import Reply, Request
from gapwatch.errors import StudyError, UsageError
from gapwatch.study import FileSource, PinnedSource, Study

FOLDER = "replica"
NOT_FOUND = Reply(b"Not found", "text/plain", 404)
_KINDS = {"csv": "text/csv", "json": "application/json", "geojson": "application/geo+json"}


def answered(files: Mapping[str, bytes], request: Request) -> Reply:
    """A file by its name, whatever is asked of it."""
    found = files.get(request.path) if request.publisher == "files" else None
    if found is None:
        return NOT_FOUND
    kind = request.path.rpartition(".")[2]
    return Reply(found, _KINDS.get(kind, "application/octet-stream"))


def brings(folder: Path) -> bool:
    """Whether the study in a folder brings answers of its own."""
    return (folder / FOLDER).is_dir()


def brought(study: Study, folder: Path, scenario: str) -> dict[str, tuple[str, bytes]]:
    """Name and bytes of each answer, by the address that the study asks.

    Raises UsageError for a scenario that the study brings no figures of, StudyError for a source
    whose answer is not there, or that no file can stand for.
    """
    beside = folder / FOLDER
    known = sorted(path.name for path in beside.iterdir() if path.is_dir())
    if scenario not in known:
        raise UsageError(
            f"--scenario {scenario}",
            expected=f"one of {', '.join(known) or 'none: there is no folder of one'} in {FOLDER}/",
            found=repr(scenario),
            remedy="choose one of these",
        )
    found = {}
    for source in study.sources:
        if isinstance(source, PinnedSource) or (isinstance(source, FileSource) and source.path):
            continue
        if not isinstance(source, FileSource) or source.address is None:
            raise _lacking(source.id, "a described file with an address", f"kind {source.kind}")
        name = f"{source.id}.{source.format}"
        places = [beside / scenario / name, beside / name]
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            raise _lacking(source.id, f"{FOLDER}/{name} beside the study", "no such file")
        found[source.address] = (name, path.read_bytes())
    return found


def _lacking(source: str, expected: str, found: str) -> StudyError:
    return StudyError(
        f"sources, {source}",
        expected=expected,
        found=found,
        remedy=f"put an invented answer there, or take the folder {FOLDER} away",
    )
