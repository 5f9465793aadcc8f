"""Make a release again from what it was made from, and say exactly what differs and why."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gapwatch import own_code, pipeline, publishing, scratch, snapshots
from gapwatch.audit.bundle import release as bundle
from gapwatch.audit.bundle.release import Held
from gapwatch.audit.compare.files import Difference, causes, compare
from gapwatch.audit.lineage import claims_of
from gapwatch.audit.provenance import FONTS, INPUTS, LOCK, STUDY, code_sha256, made_with
from gapwatch.audit.revisions.since import Since, between
from gapwatch.audit.verify import MANIFEST, release_problems
from gapwatch.errors import IntegrityError, UsageError
from gapwatch.project import Project
from gapwatch.quality.checker import Checker

# What a person wants to know first, and how many lines one file may take from the others.
_ANSWERS = ("data/gap.csv", "data/verdict.csv")
_OF_EACH_FILE = 5


@dataclass(frozen=True)
class Replayed:
    """What making a release again gave.

    `reading` is `as then` (its own code and packages) or `with current code`; `own_code` says
    whether the code was the release's own. `differences` and `causes` are empty when `identical`.
    """

    release: str
    reading: str
    own_code: bool
    identical: bool
    files: int
    verdict: str
    verdict_now: str
    causes: tuple[str, ...]
    differences: tuple[Difference, ...]


def replay(
    named: str,
    project: Project | None,
    *,
    out: Path | None = None,
    as_then: bool = False,
    checker: Checker | None = None,
) -> Replayed:
    """Make a release of the project, or of a bundle, again in a temporary place, and compare.

    Raises IntegrityError for a release, bundle or snapshot that isn't as it was, UsageError for one
    that isn't there or, as then, whose own code isn't known.
    """
    with located(named, project, out) as held:
        if as_then:
            return _told(own_code.replay_as_then(held), held)
        return _with_current_code(held, checker)


@contextlib.contextmanager
def located(named: str, project: Project | None, out: Path | None) -> Iterator[Held]:
    """The release that a name, a folder or a bundle's path stands for, verified.

    Restricted files that a bundle leaves out are taken from the project here, where it has them.
    """
    path = Path(named)
    if path.is_file() or (path / "bagit.txt").is_file():
        with scratch.room() as room:
            held = bundle.read(path, room)
            if project is not None and held.raw.is_relative_to(room):
                for name in sorted(bundle.rests_on(held)):
                    snapshots.lend(project.raw, held.raw, name)
            yield held
        return
    folder = _folder_of(named, project, out)
    if folder is None or project is None:
        raise UsageError(
            named,
            expected="a bundle, or a release of the project here",
            found="no such bundle",
            remedy="name a bundle's file, or run the command in a gapwatch project",
        )
    yield bundle.held_in(folder.parent, project.raw, folder)


def _folder_of(named: str, project: Project | None, out: Path | None) -> Path | None:
    """The folder of a release that is named or pointed at; None for a bundle, and without project.

    Raises UsageError for a release that isn't there.
    """
    path = Path(named)
    try:
        if project is None or path.is_file() or (path / "bagit.txt").is_file():
            return None
        releases = out or project.reports
        known = sorted(item.parent.name for item in releases.glob(f"*/{MANIFEST}"))
        if (path / MANIFEST).is_file():
            return path.resolve()
    except OSError:
        known = []
    if named in known:
        return (releases / named).resolve()
    raise UsageError(
        f"release {named[:80]!r}",
        expected=f"one of {', '.join(known[-5:]) or 'none so far'}",
        found="no such release",
        remedy="name one of these, or a bundle's file",
    )


def _with_current_code(held: Held, checker: Checker | None) -> Replayed:
    with tempfile.TemporaryDirectory(prefix="gapwatch-") as room:
        project = _laid_out(held, Path(room))
        made = pipeline.run(
            project,
            snapshot_id=held.told.snapshot.id,
            claims=claims_of(held.told),
            checker=checker,
            with_database=False,
        )
        found = tuple(compare(held.folder, made.path))
        why = (*_causes(held.folder, made.path), *_surroundings(held)) if found else ()
    return Replayed(
        release=held.told.release,
        reading="with current code",
        own_code=is_own_code(held),
        identical=not found,
        files=len(held.told.outputs) + 2,
        verdict=held.told.answer.called,
        verdict_now=made.label,
        causes=why,
        differences=found,
    )


def _laid_out(held: Held, root: Path) -> Project:
    """A project like the one of the release: its study with its fonts, suites, lock, lineage."""
    shutil.copytree(held.folder / INPUTS / "expectations", root / "expectations")
    shutil.copy(held.folder / STUDY, root / "study.toml")
    if (held.folder / FONTS).is_dir():
        shutil.copytree(held.folder / FONTS, root / Path(FONTS).name)
    if (held.folder / LOCK).is_file():
        shutil.copy(held.folder / LOCK, root / "requirements.lock")
    if held.previous is not None:
        shutil.copytree(held.previous, root / "reports" / held.previous.name)
        publishing.point_to(root / "reports", held.previous.name, held.told.study.id)
    return Project(root, root / "study.toml", snapshots_in=held.raw)


def _causes(released: Path, made: Path) -> tuple[str, ...]:
    told, now = (json.loads((folder / MANIFEST).read_bytes()) for folder in (released, made))
    return tuple(causes(told, now))


def _surroundings(held: Held) -> tuple[str, ...]:
    """What differs around the code: the packages, Python, the platform. None is an input, yet any
    may explain a difference."""
    lock = held.folder / LOCK
    told = own_code.lacking(lock) if lock.is_file() else []
    made = [f"Packages here are not those of its lock: {'; '.join(told[:5])}."] if told else []
    here, then = made_with(), held.told.made_with.model_dump()
    return (
        *made,
        *(
            f"It was made with {name} {then[name]}, and is made again with {here[name]}."
            for name in sorted(here)
            if here[name] != then[name]
        ),
    )


def _told(answer: dict[str, Any], held: Held) -> Replayed:
    """What the release's own code answered, under its own reading."""
    parts = [Difference(**part) for part in answer["differences"]]
    return Replayed(
        release=held.told.release,
        reading="as then",
        own_code=bool(answer["own_code"]),
        identical=bool(answer["identical"]),
        files=int(answer["files"]),
        verdict=str(answer["verdict"]),
        verdict_now=str(answer["verdict_now"]),
        causes=tuple(answer["causes"]),
        differences=tuple(parts),
    )


def problems_of(
    named: str, project: Project | None, out: Path | None, *, require_restricted: bool = False
) -> tuple[list[IntegrityError], list[str]]:
    """Everything that isn't as it was in a release, its snapshot and the release before.

    With it the restricted sources whose files aren't on this machine: each is a problem only where
    `require_restricted` asks for them. Raises UsageError for a release that isn't there.
    """
    folder = _folder_of(named, project, out)
    if folder is not None:
        _, found = release_problems(folder)
        if found:
            return found, []
    try:
        with located(named, project, out) as held:
            here = bundle.restricted_sources(held)
    except IntegrityError as error:
        return [error], []
    elsewhere = sorted(name for name, is_here in here.items() if not is_here)
    if not require_restricted:
        return [], elsewhere
    return [
        IntegrityError(
            f"{named}, source {name}",
            expected="its file on this machine",
            found="restricted, not on this machine",
            remedy="put it there, or leave out --require-restricted",
        )
        for name in elsewhere
    ], elsewhere


def is_own_code(held: Held) -> bool:
    """Whether this gapwatch is the very code that made a release."""
    return code_sha256() == held.told.code.sha256


def as_json(found: Replayed) -> dict[str, Any]:
    """A replay for a program to read."""
    return asdict(found)


def in_words(found: Replayed, shown: int) -> str:
    """A replay for a person to read: the result first, then why, then what differs."""
    own = "its own code" if found.own_code else "other code than its own"
    reading = f"{found.reading}: {own}"
    if found.identical:
        return f"Identical: all {found.files} files of {found.release} ({reading})."
    lines = [f"Different: {found.release} ({reading})."]
    if found.verdict != found.verdict_now:
        lines.append(f"The verdict was “{found.verdict}” and is “{found.verdict_now}” now.")
    else:
        lines.append(f"The verdict is the same: {found.verdict}.")
    lines += [f"Because: {cause}" for cause in found.causes]
    if not found.causes:
        lines.append(
            "Nothing that the release declares explains it: an output was changed after it was "
            "made, or the code doesn't give the same bytes each time."
        )
    told = _told_first(found.differences)[:shown]
    lines += [f"  {item}" for item in told]
    more = len(found.differences) - len(told)
    if more > 0:
        lines.append(f"  and {more} more: see --json")
    return "\n".join(lines)


def _told_first(differences: Sequence[Difference]) -> list[Difference]:
    """The first differences of each file: verdict and gap, then other tables, then the papers."""
    of_file: dict[str, list[Difference]] = {}
    for one in differences:
        of_file.setdefault(one.file, []).append(one)
    names = sorted(
        of_file, key=lambda name: (name not in _ANSWERS, not name.startswith("data/"), name)
    )
    return [one for name in names for one in of_file[name][:_OF_EACH_FILE]]


def difference(one: str, other: str, project: Project, out: Path | None) -> Since:
    """What moved between two releases of the project, split by kind."""
    with located(one, project, out) as earlier, located(other, project, out) as later:
        return between(earlier.folder, later.folder, project.raw)
