"""What scheduled runs tell people, and the record of the last run that ended well."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import ValidationError as PydanticError

from gapwatch import publishing
from gapwatch.audit.verify import read_manifest
from gapwatch.errors import GapwatchError, UnfitError, UsageError
from gapwatch.project import Project
from gapwatch.sources.posting import post
from gapwatch.study.alerts import Alerts, wrong_address, wrong_mail

log = logging.getLogger(__name__)
Event = Literal["failed", "crashed", "overdue", "verdict changed", "new data"]
SECONDS = 10.0
_MOST = 2000


@dataclass(frozen=True)
class Alert:
    """One message: `event` for programs, `text` for people; "" where there's nothing to say.

    `verdict` is a code, and `label` what it is called: never show the one without the other.
    `message` has the five lines of `document.Message`, each true when it is shown alone.
    """

    event: Event
    study: str
    text: str
    release: str = ""
    verdict: str = ""
    label: str = ""
    sentence: str = ""
    message: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The body of the webhook's POST; chat services show `text`."""
        return asdict(self)


class Said(Protocol):
    """What a run leaves that an alert tells."""

    @property
    def release(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def sentence(self) -> str: ...
    @property
    def message(self) -> Mapping[str, str]: ...


def read_alerts(project: Project) -> tuple[str, Alerts]:
    """The study's id and its part [alerts], read alone: it holds where the rest has a fault.

    Raises UsageError when the part itself can't be read.
    """
    try:
        content = tomllib.loads(project.study_file.read_text(encoding="utf-8"))
        heading = content.get("study")
        name = str(heading.get("id", "")) if isinstance(heading, dict) else ""
        return name, Alerts.model_validate(content.get("alerts", {}))
    except (OSError, ValueError, RecursionError) as error:
        found = type(error).__name__
        if isinstance(error, PydanticError):
            cause = error.errors()[0].get("ctx", {}).get("error")
            found = cause.found if isinstance(cause, UnfitError) else "others"
        raise UsageError(
            f"{project.study_file.name}, alerts",
            expected="keys of the part [alerts]",
            found=found,
            remedy=f"correct [alerts] in {project.study_file}",
        ) from error


def address(alerts: Alerts, name: Literal["webhook", "heartbeat", "email"]) -> str:
    """The address of one receiver, from the study or the environment; "" when none is wanted.

    Raises UsageError, which names the variable and never what it holds.
    """
    variable = getattr(alerts, f"{name}_from")
    if variable is None:
        return "" if name == "email" else getattr(alerts, name) or ""
    value = os.environ.get(variable, "").strip()
    wrong = wrong_mail if name == "email" else wrong_address
    problem = wrong(value, alerts.allow_loopback) if value else "nothing"
    if problem:
        kind = "a mailtos:// address of Apprise" if name == "email" else "an https:// address"
        raise UsageError(
            f"the variable {variable}, for {name}_from of [alerts]",
            expected=kind,
            found=problem,
            remedy=f"set {variable} where the run is scheduled, then start it again",
        )
    return value


def check(alerts: Alerts) -> None:
    """Raise UsageError for a variable that isn't set or holds no usable address."""
    for name in ("webhook", "heartbeat", "email"):
        address(alerts, name)


def to_webhook(alerts: Alerts, alert: Alert) -> bool:
    """Send an alert to the webhook, if there is one; whatever goes wrong is logged, not raised."""
    return _quietly(alerts, "webhook", alert.as_json(), f"the alert {alert.event!r}")


def ping(alerts: Alerts, study: str, release: str) -> bool:
    """Tell the dead man's switch that a run ended well; a failure is logged, not raised."""
    return _quietly(alerts, "heartbeat", {"study": study, "release": release}, "the heartbeat")


def _quietly(
    alerts: Alerts, name: Literal["webhook", "heartbeat"], content: Mapping[str, Any], what: str
) -> bool:
    try:
        target = address(alerts, name)
        if target:
            post(target, content, named=f"{name} of [alerts]", seconds=SECONDS)
    except GapwatchError as error:
        log.warning("%s could not be sent; nothing else is changed.\n%s", what, error)
        return False
    return bool(target)


def failure(study: str, error: BaseException) -> Alert:
    """A run that failed. Of an error that isn't ours only the kind is told: it may quote data."""
    told = str(error) if isinstance(error, GapwatchError) else type(error).__name__
    return Alert("failed", study, f"gapwatch, {study}: the scheduled run failed.\n{told[:_MOST]}")


def crash(study: str, run: str) -> Alert:
    """A run whose process was ended from outside."""
    return Alert(
        "crashed",
        study,
        f"gapwatch, {study}: the scheduled run {run} crashed: its process was ended, or stopped "
        "answering. The last release stands.",
    )


def success(study: str, said: Said, *, before: str, new: tuple[str, ...]) -> list[Alert]:
    """What a run that ended well has to say: new data, a verdict that isn't the one before.

    `before` is what the verdict of the release before is called.
    """
    told: list[tuple[Event, str]] = []
    if new:
        told.append(("new data", f"new from the publishers: {', '.join(new)}."))
    if before and before != said.label:
        changed = f"the verdict is now {said.label!r}; it was {before!r}."
        told.append(("verdict changed", changed))
    release = f"Release {said.release}."
    return [
        Alert(
            event,
            study,
            "\n".join((f"gapwatch, {study}: {text}", *said.message.values(), release)),
            said.release,
            said.verdict,
            said.label,
            said.sentence,
            dict(said.message),
        )
        for event, text in told
    ]


def verdict_before(project: Project, out: Path | None, study: str) -> str:
    """What the newest release calls its verdict; "" when there's none that can be read."""
    try:
        release = publishing.latest(out or project.reports, study)
        return read_manifest(release).answer.called if release else ""
    except GapwatchError:
        return ""  # the run itself says what is wrong with it


@dataclass(frozen=True)
class LastRun:
    """The last scheduled run that ended well; it is written beside the database."""

    finished: dt.datetime
    release: str


def record(project: Project, study: str, release: str, finished: dt.datetime) -> None:
    """Note that a scheduled run ended well. No release depends on it."""
    content = {
        "finished": finished.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "release": release,
    }
    path = _record(project, study)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps(content) + "\n", encoding="utf-8")
    beside.replace(path)


def last_run(project: Project, study: str) -> LastRun | None:
    """The last scheduled run that ended well, or None when none is recorded.

    Raises UsageError for a record that can't be read.
    """
    path = _record(project, study)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        finished = dt.datetime.fromisoformat(content["finished"])
        if finished.tzinfo is None:
            raise ValueError("no time zone")
        return LastRun(finished, str(content["release"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            str(path),
            expected="the record of the last run",
            found=type(error).__name__,
            remedy="remove the file; the next scheduled run writes it again",
        ) from error


def _record(project: Project, study: str) -> Path:
    return project.curated / f"last-run-{study}.json"
