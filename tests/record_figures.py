"""Record every published figure of the shipped snapshot in docs/figures.csv: `make figures`.

A figure that moves without being recorded fails a test; and so does one that is recorded without
being told under "Figures" in CHANGELOG.md, which names the hash of the record.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
from collections.abc import Mapping

from gapwatch import snapshots
from gapwatch import study as study_file
from gapwatch.audit.revisions.figures import NEWEST, Key, figures
from gapwatch.gap.assessment import judge
from gapwatch.gap.evidence import series
from gapwatch.gap.verdict_table import verdict_table
from gapwatch.project import Project
from gapwatch.sources.inputs import load_inputs
from tests.conftest import ROOT

RECORD = ROOT / "docs" / "figures.csv"
HEADER = ("table", "measure", "sex", "period", "figure", "value")
SHOWN = 12


def computed(project: Project) -> dict[Key, str]:
    """The figures of the newest snapshot that nobody pulled, by today's code."""
    study, _ = study_file.load(project.study_file)
    snapshot = snapshots.load(project.raw, snapshots.ids(project.raw, "")[-1])
    found = series(study, load_inputs(project.raw, snapshot, study))
    judged = judge(found.study, found.gaps, snapshot.as_known_at.year, found.baselines)
    return figures(found.gaps, verdict_table(judged))


def as_csv(found: Mapping[Key, str]) -> bytes:
    """Figures in long form; the newest gap is a window's too, and stands there."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for key in sorted(found):
        if key.period != NEWEST:
            writer.writerow([key.table, key.measure, key.sex, key.period, key.figure, found[key]])
    return text.getvalue().encode()


def from_csv(content: bytes) -> dict[Key, str]:
    """The figures of a record."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    return {
        Key(row["table"], "", row["measure"], row["sex"], row["period"], row["figure"]): row[
            "value"
        ]
        for row in rows
    }


def shown_hash(content: bytes) -> str:
    """What CHANGELOG.md names of a record."""
    return hashlib.sha256(content).hexdigest()[:SHOWN]


def main() -> None:
    """Write the record and say what to tell in the changelog."""
    content = as_csv(computed(Project(ROOT, ROOT / "gapwatch.toml")))
    RECORD.write_bytes(content)
    sys.stdout.write(
        f"{RECORD.relative_to(ROOT)}: sha256 {shown_hash(content)}... Under Figures in "
        "CHANGELOG.md, tell what moved, by how much and why, and name this hash.\n"
    )


if __name__ == "__main__":
    main()
