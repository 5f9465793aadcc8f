"""What the flows share: stages as tasks, and a schedule that a real server keeps."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

# Read when Prefect is imported: no telemetry leaves, and a slow machine may take its time to
# start the server that a single run brings along.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")

from prefect import Flow, get_client, task
from prefect.cache_policies import NO_CACHE
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL

from gapwatch.errors import GapwatchError, SourceError, UnavailableError, UsageError

Result = TypeVar("Result")
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


def keep(chosen: Flow[..., Any], name: str, cron: str, inputs: dict[str, Any]) -> None:
    """Keep a flow on a schedule until stopped.

    Raises SourceError when no Prefect server answers, UsageError for a schedule that is none.
    """
    require_server()
    try:
        chosen.serve(name=name, schedule=Cron(cron, timezone=TIMEZONE), parameters=inputs)
    except ValueError as error:
        raise UsageError(
            "--cron", expected="a cron expression such as '0 6 1 * *'",
            found=f"{cron!r} ({error})", remedy="correct the expression",
        ) from error  # fmt: skip


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
