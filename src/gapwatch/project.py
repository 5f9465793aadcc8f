"""Where things are: one project folder, found from its study file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gapwatch import shipped
from gapwatch.errors import StudyError, UsageError
from gapwatch.shipped import SUITES

STUDY_FILE = shipped.STUDY_FILE


@dataclass(frozen=True)
class Project:
    """The folders of one project. `root` holds data/ and reports/, and expectations/ if it has any.

    Where a release is made again, its snapshots may lie elsewhere: in `snapshots_in`. Where several
    studies of one project are released at a time, each has its own database: in `database_in`.
    """

    root: Path
    study_file: Path
    snapshots_in: Path | None = None
    database_in: Path | None = None

    @property
    def raw(self) -> Path:
        """Snapshots."""
        return self.snapshots_in or self.root / "data" / "raw"

    @property
    def restricted(self) -> Path:
        """Restricted files and their key, beside the snapshots."""
        return self.raw.parent / "restricted"

    @property
    def curated(self) -> Path:
        """The DuckDB database."""
        return self.database_in or self.root / "data" / "curated"

    @property
    def expectations(self) -> Path:
        """The suites: the project's own, else those that come with gapwatch."""
        own = self.root / SUITES
        return own if own.is_dir() else shipped.suites()

    @property
    def reports(self) -> Path:
        """The releases, unless another folder is named."""
        return self.root / "reports"

    @property
    def lock(self) -> Path:
        """Every package with its hashes."""
        return self.root / "requirements.lock"

    def require_apart(self, target: Path, named: str = "--out", *, study: bool = True) -> None:
        """Raise UsageError for an output in the folders of data or around them, or, where `study`
        says so, around the study's file: whoever serves it would serve what is pinned.
        """
        place = target.resolve()
        held = [path.resolve() for path in (self.raw, self.restricted, self.curated)]
        inside = any(place.is_relative_to(path) for path in held)
        around = [*held, self.study_file.resolve()] if study else held
        if inside or any(path.is_relative_to(place) for path in around):
            raise UsageError(
                named,
                expected="a place apart from data/raw, data/restricted and data/curated"
                f"{' and from the study file' if study else ''}, which are never to be served",
                found=str(target),
                remedy=f"name another place, such as {self.root / 'public'}",
            )


def find(study_file: Path | None = None) -> Project:
    """Find the project: from the study named, or from gapwatch.toml here or in a folder above.

    The root is the nearest folder, upward from the study and then from here, that holds
    `expectations`, so a study may lie anywhere; without such a folder it is the study's own.
    """
    here = Path.cwd()
    if study_file is None:
        found = [folder for folder in (here, *here.parents) if (folder / STUDY_FILE).is_file()]
        if not found:
            raise StudyError(
                str(here),
                expected=f"{STUDY_FILE} here or in a folder above",
                found="none",
                remedy="run in a gapwatch project, name its study with --study, or write one with "
                "`gapwatch init`",
            )
        study_file = found[0] / STUDY_FILE
    study_file = study_file.resolve()
    if study_file.is_dir():
        inside = study_file / STUDY_FILE
        there = inside.is_file()
        raise StudyError(
            str(study_file),
            expected="a study file",
            found=f"a folder, with {STUDY_FILE} in it" if there else "a folder",
            remedy=f"name the file: --study {inside}"
            if there
            else "name the study file in it, or leave --study out to use the project's own",
        )
    if not study_file.is_file():
        raise StudyError(
            str(study_file),
            expected="a study file",
            found="no such file",
            remedy="correct --study, or leave it out to use the project's own",
        )
    for folder in (*study_file.parents, here, *here.parents):
        if (folder / SUITES).is_dir():
            return Project(folder, study_file)
    return Project(study_file.parent, study_file)
