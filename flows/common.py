"""What the flows share: stages as tasks, and the environment in which Prefect is imported."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

# Read when Prefect is imported: no telemetry leaves, a slow machine may take its time to start the
# server that a single run brings along, and a run that has died is missed within minutes.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
os.environ.setdefault("PREFECT_FLOWS_HEARTBEAT_FREQUENCY", "30")

import logging

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from gapwatch.errors import GapwatchError, UnavailableError

Result = TypeVar("Result")
PULL_RETRIES = 3
PULL_RETRY_SECONDS = 60
log = logging.getLogger("gapwatch.flows")


def as_task(name: str, stage: Callable[..., Result], *inputs: object) -> Result:
    """Call one stage as a task of its own name; only pulling is worth trying again."""
    retries = PULL_RETRIES if name == "pull" else 0
    called: Callable[..., Result] = task(
        name=name,
        retries=retries,
        retry_delay_seconds=PULL_RETRY_SECONDS,
        retry_condition_fn=_may_pass,
        cache_policy=NO_CACHE,
        persist_result=False,
    )(stage)
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


def show(key: str, markdown: str, description: str) -> None:
    """Leave an artifact; one that can't be left is logged, for the work itself is done."""
    try:
        create_markdown_artifact(key=key, markdown=markdown, description=description)
    except Exception as error:
        log.warning(
            "the artifact %s could not be left (%s); the run goes on", key, type(error).__name__
        )
