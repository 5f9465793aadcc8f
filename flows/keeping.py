"""Keeping a flow on the schedule of a real server: password, missed runs, dead runs, restarts."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import time
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from prefect import Flow, get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.events import EventTrigger, Posture, ResourceSpecification
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.runner import Runner
from prefect.runtime import deployment as this_deployment
from prefect.runtime import flow_run as this_run
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL
from prefect.types import DateTime

from gapwatch import study as study_file
from gapwatch.errors import GapwatchError, SourceError, UnavailableError, UsageError
from gapwatch.overdue import TIMEZONE
from gapwatch.study import is_restricted

log = logging.getLogger("gapwatch.flows")
SERVER = "the schedule"
PASSWORD = "PREFECT_API_AUTH_STRING"  # noqa: S105 - the variable's name
REFUSED = (401, 403)
SILENT_AFTER = dt.timedelta(seconds=120)  # four heartbeats of 30 seconds
LONGEST_WAIT_SECONDS = 60.0
WATCH = "gapwatch: a run that stops answering has crashed"
MISSED = "Not started in time: a later run of the same schedule makes up for it."


def keep(
    chosen: Flow[..., Any], name: str, cron: str, inputs: dict[str, Any], *, restricted: bool
) -> None:
    """Keep a flow on a schedule until stopped; outlive a server that restarts.

    Raises SourceError when no Prefect server answers, wants a password that we don't have, or asks
    for none although the study holds restricted figures; UsageError for a schedule that is none.
    """
    require_server(restricted=restricted)
    wait = 1.0
    while True:
        started = time.monotonic()
        try:
            runner = _registered(chosen, name, cron, inputs)
            _say(f"Keeping {chosen.name}/{name} on the schedule {cron!r} ({TIMEZONE}).")
            asyncio.run(runner.start())
            return
        except GapwatchError:
            raise
        except Exception as error:
            log.debug("the schedule was interrupted", exc_info=error)
            _say(f"The Prefect server was lost ({type(error).__name__}); trying again ...")
        wait = 1.0 if time.monotonic() - started > 10 * LONGEST_WAIT_SECONDS else wait
        wait = _until_it_answers(wait, restricted=restricted)


def has_restricted(study_path: Path) -> bool:
    """Whether a study declares a source that may not leave this machine."""
    study, _ = study_file.load(study_path)
    return any(is_restricted(source) for source in study.sources)


def _registered(chosen: Flow[..., Any], name: str, cron: str, inputs: dict[str, Any]) -> Runner:
    """A runner with its deployment, and one run to make up for those that were missed."""
    # One run at a time: they share a database, and missed ones wait until the first sweeps them.
    runner = Runner(name=name, pause_on_shutdown=False, limit=1)
    with get_client(sync_client=True) as client:
        missed = _missed(client, f"{chosen.name}/{name}")  # another schedule deletes them
        _watch_for_dead_runs(client)
        try:
            deployment = runner.add_flow(
                chosen, name=name, schedule=Cron(cron, timezone=TIMEZONE), parameters=inputs
            )
        except ValueError as error:
            raise UsageError(
                "--cron",
                expected="a cron expression such as '0 6 1 * *'",
                found=f"{cron!r} ({error})",
                remedy="correct the expression",
            ) from error
        if missed:
            if not _due(client, cast(UUID, deployment), StateType.SCHEDULED, _now()):
                client.create_flow_run_from_deployment(cast(UUID, deployment))
            _say(f"Runs missed while nobody kept the schedule: {missed}; one makes up for them.")
    return runner


def _missed(client: SyncPrefectClient, full_name: str) -> int:
    """How many runs were due and never began; those that began to begin and died are ended."""
    try:
        deployment = client.read_deployment_by_name(full_name)
    except ObjectNotFound:
        return 0
    late = _due(client, deployment.id, StateType.SCHEDULED, _now())
    for run in (dead := _due(client, deployment.id, StateType.PENDING, _now() - SILENT_AFTER)):
        told = State(type=StateType.CRASHED, message="Its process never began to work.")
        client.set_flow_run_state(run.id, told, force=True)
    return len(late) + len(dead)


def _due(
    client: SyncPrefectClient, deployment: UUID, kind: StateType, before: dt.datetime
) -> list[FlowRun]:
    return client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[kind])),
            expected_start_time=FlowRunFilterExpectedStartTime(before_=cast(DateTime, before)),
        ),
    )


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)


def make_up_for_missed_runs() -> None:
    """In a run of a schedule: end the other runs that are due, so that one stands for all.

    They pile up while the server is away or a run takes longer than the schedule allows. That it
    can't be done is logged: the run itself goes on.
    """
    if not this_deployment.id or not this_run.id:
        return
    try:
        with get_client(sync_client=True) as client:
            others = _due(client, UUID(str(this_deployment.id)), StateType.SCHEDULED, _now())
            for run in others:
                if str(run.id) != str(this_run.id):
                    told = State(type=StateType.CANCELLED, name="Missed", message=MISSED)
                    client.set_flow_run_state(run.id, told, force=True)
                    log.info("run %s was missed; this one makes up for it", run.name)
    except Exception as error:
        log.warning("missed runs could not be looked for (%s)", type(error).__name__)


def _watch_for_dead_runs(client: SyncPrefectClient) -> None:
    """Have the server end a run as Crashed that sends no more heartbeats; made once, by name."""
    ends = {
        f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")
    }
    wanted = AutomationCore(
        name=WATCH,
        description="Made by `gapwatch serve`.",
        trigger=EventTrigger(
            posture=Posture.Proactive,
            after={"prefect.flow-run.heartbeat"},
            expect={"prefect.flow-run.heartbeat", *ends},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            match_related=ResourceSpecification(
                {"prefect.resource.role": "flow", "prefect.resource.name": ["gapwatch-*"]}
            ),
            for_each={"prefect.resource.id"},
            threshold=1,
            within=SILENT_AFTER,
        ),
        actions=[
            ChangeFlowRunState(
                name="Crashed",
                state=StateType.CRASHED,
                force=False,
                message=f"No heartbeat for {SILENT_AFTER.seconds} seconds: the process has died.",
            )
        ],
    )
    first, *rest = client.read_automations_by_name(WATCH) or (None,)
    if first is None:
        client.create_automation(wanted)
        return
    client.update_automation(first.id, wanted)
    for one in rest:
        if one is not None:
            client.delete_automation(one.id)


def require_server(*, restricted: bool) -> str:
    """Address of the Prefect server; SourceError when none is set or none answers as it should.

    Without a server, a schedule looks alive and never runs. Without a password on it, any account
    that reaches it can make us run a command: that is told, and refused for restricted figures.
    """
    url = str(PREFECT_API_URL.value() or "")
    remedy = (
        "start one with `prefect server start`, then set PREFECT_API_URL, for instance to "
        "http://127.0.0.1:4200/api"
    )
    if not url:
        raise SourceError(
            SERVER,
            expected="a Prefect server that keeps it",
            found="PREFECT_API_URL is not set",
            remedy=remedy,
        )
    password = PREFECT_API_AUTH_STRING.value()
    if _answers(url, None, remedy):
        told = SourceError(
            f"{SERVER}, {url}",
            expected="a Prefect server that asks for a password",
            found="one that answers anybody: any account that reaches it can make this one run a "
            "command, and read what it may read",
            remedy="set PREFECT_SERVER_API_AUTH_STRING for `prefect server start`, and "
            f"{PASSWORD} or --password-file here (docs/operations.md)",
        )
        if restricted:
            raise told
        _say(f"Warning. {told}")
    elif not password or not _answers(url, str(password), remedy):
        raise SourceError(
            f"{SERVER}, {url}",
            expected=f"the password of this Prefect server in {PASSWORD}",
            found="another one, which it refuses" if password else f"{PASSWORD} is not set",
            remedy=f"set {PASSWORD} to the server's PREFECT_SERVER_API_AUTH_STRING, or name a "
            "file that holds it with --password-file",
        )
    return url


def _answers(url: str, password: str | None, remedy: str) -> bool:
    """Whether a server lets us in; False when it wants another password.

    Its /health answers anybody, so something else is asked.
    """
    try:
        with SyncPrefectClient(url, auth_string=password) as client:
            client.api_version()
    except PrefectHTTPStatusError as error:
        if error.response.status_code in REFUSED:
            return False
        raise _silent(url, f"status {error.response.status_code}", remedy) from error
    except Exception as error:
        raise _silent(url, f"{type(error).__name__}: {error}", remedy) from error
    return True


def _silent(url: str, found: str, remedy: str) -> UnavailableError:
    return UnavailableError(
        SERVER, expected=f"a Prefect server that answers at {url}", found=found, remedy=remedy
    )


def _until_it_answers(wait: float, *, restricted: bool) -> float:
    """Wait, longer each time, until the server answers; return the wait for the next time."""
    while True:
        time.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT_SECONDS)
        try:
            require_server(restricted=restricted)
        except UnavailableError:
            _say(f"The Prefect server doesn't answer; trying again in {wait:g} seconds ...")
            continue
        _say("The Prefect server answers again.")
        return wait


def _say(text: str) -> None:
    log.warning("%s", text)
