"""Where things are: one project folder, found from its study file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gapwatch.errors import StudyError

STUDY_FILE = "gapwatch.toml"


@dataclass(frozen=True)
class Project:
    """The folders of one project. `root` holds data/, expectations/ and reports/.

    Where a release is made again, its snapshots may lie elsewhere: in `snapshots_in`.
    """

    root: Path
    study_file: Path
    snapshots_in: Path | None = None

    @property
    def raw(self) -> Path:
        """Snapshots."""
        return self.snapshots_in or self.root / "data" / "raw"

    @property
    def curated(self) -> Path:
        """The DuckDB database."""
        return self.root / "data" / "curated"

    @property
    def expectations(self) -> Path:
        """The suites."""
        return self.root / "expectations"

    @property
    def reports(self) -> Path:
        """The releases, unless another folder is named."""
        return self.root / "reports"

    @property
    def lock(self) -> Path:
        """Every package with its hashes."""
        return self.root / "requirements.lock"


def find(study_file: Path | None = None) -> Project:
    """Find the project: from the study named, or from gapwatch.toml here or in a folder above.

    The root is the nearest folder, upward from the study and then from here, that holds
    `expectations`, so a study may lie anywhere.
    """
    here = Path.cwd()
    if study_file is None:
        found = [folder for folder in (here, *here.parents) if (folder / STUDY_FILE).is_file()]
        if not found:
            raise StudyError(
                str(here),
                expected=f"{STUDY_FILE} here or in a folder above",
                found="none",
                remedy="run in a gapwatch project, or name its study with --study",
            )
        study_file = found[0] / STUDY_FILE
    study_file = study_file.resolve()
    if not study_file.is_file():
        raise StudyError(
            str(study_file),
            expected="a study file",
            found="no such file",
            remedy="correct --study, or leave it out to use the project's own",
        )
    for folder in (*study_file.parents, here, *here.parents):
        if (folder / "expectations").is_dir():
            return Project(folder, study_file)
    raise StudyError(
        str(study_file),
        expected="a project: a folder with expectations/ and data/ around it",
        found="none",
        remedy="keep the study in the project, or run the command in the project",
    )
