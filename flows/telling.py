"""What a flow tells people: alerts by webhook and e-mail; one that fails changes nothing else."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prefect.blocks.notifications import AppriseNotificationBlock
from pydantic import SecretStr

from gapwatch import alerting
from gapwatch.alerting import Alert
from gapwatch.errors import GapwatchError
from gapwatch.pipeline import Outcome
from gapwatch.project import Project, find
from gapwatch.pulling import Pulled
from gapwatch.study.alerts import Alerts

log = logging.getLogger("gapwatch.flows")


@contextlib.contextmanager
def failures(project: Project) -> Iterator[None]:
    """Tell of an error that ends the run, then let it go on."""
    try:
        yield
    except Exception as error:
        with _readable(project) as found:
            study, alerts = found
            tell(alerts, alerting.failure(study, error))
        raise


def success(project: Project, found: Outcome, pulled: Pulled | None, before: str) -> None:
    """Tell what a run that ended well has to say, ping the heartbeat, note the run."""
    with _readable(project) as known:
        study, alerts = known
        new = tuple(pulled.changed_sources) if pulled and pulled.new else ()
        for alert in alerting.success(study, found, before=before, new=new):
            tell(alerts, alert)
        try:
            alerting.record(project, study, found.release, dt.datetime.now(tz=dt.UTC))
        except OSError as error:
            log.warning("the run could not be noted (%s)", error.strerror)
            return  # a heartbeat would say that all is well
        alerting.ping(alerts, study, found.release)


def crashed(flow: Any, flow_run: Any, state: Any) -> None:
    """Tell of a run whose process was ended; called where the schedule is kept."""
    del flow, state  # Prefect passes them by these names
    study = flow_run.parameters.get("study")
    try:
        project = find(Path(study) if study else None)
    except GapwatchError as error:
        log.warning("the alert 'crashed' could not be sent.\n%s", error)
        return
    with _readable(project) as found:
        name, alerts = found
        tell(alerts, alerting.crash(name, flow_run.name))


def tell(alerts: Alerts, alert: Alert) -> None:
    """Send one alert wherever the study says; whatever goes wrong is logged, not raised."""
    alerting.to_webhook(alerts, alert)
    try:
        target = alerting.address(alerts, "email")
    except GapwatchError as error:
        log.warning("the e-mail %r could not be sent.\n%s", alert.event, error)
        return
    if not target:
        return
    found: list[str] = []
    sending = threading.Thread(target=lambda: found.append(_mail(target, alert)), daemon=True)
    sending.start()
    sending.join(alerting.SECONDS)
    if found != [""]:
        told = found[0] if found else f"no answer within {alerting.SECONDS:g} seconds"
        log.warning(
            "the e-mail %r could not be sent (%s); nothing else is changed.", alert.event, told
        )


def _mail(target: str, alert: Alert) -> str:
    """Send by Prefect's notification block; the kind of the error, or "" when it was sent."""
    try:
        block = AppriseNotificationBlock(url=SecretStr(target))
        with block.raise_on_failure():
            block.notify(alert.text, subject=f"gapwatch, {alert.study}: {alert.event}")
    except Exception as error:
        return type(error).__name__  # its text may hold the address
    return ""


@contextlib.contextmanager
def _readable(project: Project) -> Iterator[tuple[str, Alerts]]:
    """The study's alerts; where they can't be read that is logged, and nobody is told."""
    try:
        found = alerting.read_alerts(project)
    except GapwatchError as error:
        log.warning("nobody could be told.\n%s", error)
        found = ("", Alerts())
    yield found
