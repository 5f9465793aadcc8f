"""The monthly flow: pull, then the stages of `gapwatch run`, each a Prefect task; then the verdict.

Run once:      python flows/monthly.py
Schedule it:   gapwatch serve --cron "0 6 1 * *"
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a script, or by a worker

# First of all: it says what Prefect may do, before Prefect is imported.
from flows.common import as_task, show

# isort: split
from prefect import flow

from flows import telling
from flows.keeping import has_restricted, keep, make_up_for_missed_runs
from gapwatch import alerting, pipeline, pulling
from gapwatch.errors import GapwatchError
from gapwatch.project import find

SHOWN_CHANGES = 20


@flow(
    name="gapwatch-monthly",
    log_prints=False,
    persist_result=False,
    on_crashed=[telling.crashed],
)
def monthly(
    study: str | None = None, snapshot: str | None = None, out: str | None = None
) -> dict[str, Any]:
    """Pull what the study's sources send, make a release, leave its verdict as an artifact.

    A study of pinned figures alone has nothing to pull, and a snapshot that is named is used as it
    is. After that the stages, their order and the bytes are those of `gapwatch run`. Whoever the
    study's part [alerts] names is told of a failure, of new data and of another verdict.
    """
    project = find(Path(study) if study else None)
    releases = Path(out) if out else None
    make_up_for_missed_runs()
    with telling.failures(project):
        before = alerting.verdict_before(project, releases, alerting.read_alerts(project)[0])
        pulled = None
        if snapshot is None and pulling.can_pull(project):
            pulled = as_task("pull", pulling.pull_now, project)
        found = pipeline.run(project, snapshot_id=snapshot, out=releases, step=as_task)
    show("gapwatch-verdict", _markdown(found, pulled), f"Verdict of release {found.release}")
    telling.success(project, found, pulled, before)
    return {**vars(found), "path": str(found.path), "warnings": list(found.warnings)}


def _markdown(found: pipeline.Outcome, pulled: pulling.Pulled | None) -> str:
    warnings = "".join(f"\n- {warning}" for warning in found.warnings) or " none"
    return (
        f"# {found.verdict.capitalize()}\n\n{found.sentence}\n\n"
        f"Release `{found.release}`, from snapshot `{found.snapshot}`.\n\nWarnings:{warnings}\n"
        f"{_news(pulled)}"
    )


def _news(pulled: pulling.Pulled | None) -> str:
    """What the publishers sent that was new; the first changes, told one by one."""
    if pulled is None:
        return ""
    lost = "".join(f"\n- {one.source}: {one.why}, since {one.since}" for one in pulled.carried)
    missing = f"\nNot renewed:{lost}\n" if lost else ""
    if not pulled.changed_sources:
        return f"{missing}\nNothing new was sent by the publishers.\n"
    sources = "".join(f"\n- {source}" for source in pulled.changed_sources)
    # Not where a restricted file differs: the server keeps what an artifact says.
    changes = list(
        dict.fromkeys(
            f"{change.source}: differs" if change.what == "differs" else str(change)
            for change in pulled.changes
        )
    )
    told = "".join(f"\n- `{text.replace('`', chr(39))}`" for text in changes[:SHOWN_CHANGES])
    more = len(changes) - SHOWN_CHANGES
    rest = f"\n- and {more} more: see `gapwatch snapshots diff`" if more > 0 else ""
    return f"{missing}\nNew from the publishers:{sources}\n\nChanges:{told or ' none'}{rest}\n"


def main() -> None:
    """Run the flow once, or keep it on a schedule."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cron", help="keep the flow on this schedule, for instance '0 6 1 * *'")
    parser.add_argument(
        "--study", type=Path, help="study file; gapwatch.toml here or above if not given"
    )
    parser.add_argument("--snapshot", help="snapshot to use; the newest if not given")
    parser.add_argument("--out", help="folder of the releases; reports/ if not given")
    chosen = parser.parse_args()
    named = str(chosen.study) if chosen.study else None
    inputs = {"study": named, "snapshot": chosen.snapshot, "out": chosen.out}
    try:
        if chosen.cron is None:
            monthly(**inputs)
        else:
            restricted = has_restricted(find(chosen.study).study_file)
            keep(monthly, "monthly", chosen.cron, inputs, restricted=restricted)
    except GapwatchError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
