"""The monthly flow: pull, then the stages of `gapwatch run`, each a Prefect task; then the verdict.

Run once:      python flows/monthly.py
Schedule it:   gapwatch serve --cron "0 6 1 * *"
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

# Read when Prefect is imported: no telemetry leaves, and a slow machine may take its time to
# start the server that a single run brings along.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")

from prefect import flow, get_client, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL

from gapwatch import pipeline, pulling
from gapwatch.errors import GapwatchError, SourceError, UnavailableError, UsageError
from gapwatch.project import find

Result = TypeVar("Result")
SHOWN_CHANGES = 20
PULL_RETRIES = 3
PULL_RETRY_SECONDS = 60
TIMEZONE = "Europe/London"


def as_task(name: str, stage: Callable[..., Result], *inputs: object) -> Result:
    """Call one stage as a task of its own name; only pulling is worth trying again."""
    retries = PULL_RETRIES if name == "pull" else 0
    called: Callable[..., Result] = task(
        name=name, retries=retries, retry_delay_seconds=PULL_RETRY_SECONDS,
        retry_condition_fn=_may_pass, cache_policy=NO_CACHE, persist_result=False,
    )(stage)  # fmt: skip
    return called(*inputs)


def _may_pass(_task: Any, _run: Any, state: Any) -> bool:
    """A publisher may answer next time; a wrong study or a broken snapshot will not mend itself."""
    try:
        state.result()
    except UnavailableError:
        return True
    except GapwatchError:
        return False
    except OSError:
        return True
    except Exception:
        return False
    return False


@flow(name="gapwatch-monthly", log_prints=False, persist_result=False)
def monthly(
    study: str | None = None, snapshot: str | None = None, out: str | None = None
) -> dict[str, Any]:
    """Pull what the study's sources send, make a release, leave its verdict as an artifact.

    A study of pinned figures alone has nothing to pull, and a snapshot that is named is used as it
    is. After that the stages, their order and the bytes are those of `gapwatch run`.
    """
    project = find(Path(study) if study else None)
    pulled = None
    if snapshot is None and pulling.can_pull(project):
        pulled = as_task("pull", pulling.pull_now, project)
    found = pipeline.run(
        project, snapshot_id=snapshot, out=Path(out) if out else None, step=as_task
    )
    create_markdown_artifact(key="gapwatch-verdict", markdown=_markdown(found, pulled),
                             description=f"Verdict of release {found.release}")  # fmt: skip
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
    if not pulled.new:
        return "\nNothing new was sent by the publishers.\n"
    sources = "".join(f"\n- {source}" for source in pulled.changed_sources)
    told = "".join(
        f"\n- `{str(change).replace('`', chr(39))}`" for change in pulled.changes[:SHOWN_CHANGES]
    )
    more = len(pulled.changes) - SHOWN_CHANGES
    rest = f"\n- and {more} more: see `gapwatch snapshots diff`" if more > 0 else ""
    return f"\nNew from the publishers:{sources}\n\nChanges:{told or ' none'}{rest}\n"


def require_server() -> str:
    """Address of the Prefect server; SourceError when none is set or none answers.

    Without a server, a schedule looks alive and never runs.
    """
    address = PREFECT_API_URL.value()
    remedy = (
        "start one with `prefect server start`, then set PREFECT_API_URL, for instance to "
        "http://127.0.0.1:4200/api"
    )
    if not address:
        raise SourceError(
            "the schedule", expected="a Prefect server that keeps it",
            found="PREFECT_API_URL is not set", remedy=remedy,
        )  # fmt: skip
    with get_client(sync_client=True) as client:
        trouble = client.api_healthcheck()
    if trouble is not None:
        raise SourceError(
            "the schedule", expected=f"a Prefect server that answers at {address}",
            found=f"{type(trouble).__name__}: {trouble}", remedy=remedy,
        )  # fmt: skip
    return str(address)


def main() -> None:
    """Run the flow once, or keep it on a schedule."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cron", help="keep the flow on this schedule, for instance '0 6 1 * *'")
    parser.add_argument("--study", help="study file; gapwatch.toml here or above if not given")
    parser.add_argument("--snapshot", help="snapshot to use; the newest if not given")
    parser.add_argument("--out", help="folder of the releases; reports/ if not given")
    chosen = parser.parse_args()
    inputs = {"study": chosen.study, "snapshot": chosen.snapshot, "out": chosen.out}
    try:
        if chosen.cron is None:
            monthly(**inputs)
            return
        require_server()
        try:
            schedule = Cron(chosen.cron, timezone=TIMEZONE)
            monthly.serve(name="monthly", schedule=schedule, parameters=inputs)
        except ValueError as error:
            raise UsageError(
                "--cron", expected="a cron expression such as '0 6 1 * *'",
                found=f"{chosen.cron!r} ({error})", remedy="correct the expression",
            ) from error  # fmt: skip
    except GapwatchError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
