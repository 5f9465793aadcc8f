"""The dead man's switch: has a scheduled run ended well since it was last due?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from gapwatch import alerting
from gapwatch import study as study_file
from gapwatch.alerting import Alert
from gapwatch.errors import OverdueError, UsageError
from gapwatch.project import Project

TIMEZONE = "Europe/London"
_CLOCKS_MAY_DIFFER = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Attendance:
    """When a run was due, when the last one ended well, and whether that is too long ago."""

    study: str
    due: dt.datetime
    finished: dt.datetime | None
    release: str
    overdue: bool

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "study": self.study,
            "due": self.due.isoformat(),
            "finished": self.finished.isoformat() if self.finished else None,
            "release": self.release or None,
            "overdue": self.overdue,
        }


def require_cron(cron: str) -> None:
    """Raise UsageError unless this is a cron expression of five fields that ever comes round."""
    try:
        if len(cron.split()) != 5:  # noqa: PLR2004 - minute, hour, day, month, day of the week
            raise CronSimError("not five fields")
        next(CronSim(cron, dt.datetime.now(tz=ZoneInfo(TIMEZONE))))
    except (CronSimError, StopIteration) as error:
        raise UsageError(
            "--cron",
            expected="a cron expression such as '0 6 1 * *'",
            found=f"{cron!r} ({error or 'no such day'})",
            remedy="correct the expression",
        ) from error


def attendance(project: Project, cron: str, grace: dt.timedelta, now: dt.datetime) -> Attendance:
    """Hold the last run against the schedule; `grace` is the time that a run may take.

    A run is overdue when none has ended well since the newest time of the schedule that is at
    least `grace` ago. Raises UsageError for a schedule that is none or a record from the future.
    """
    require_cron(cron)
    study, _ = study_file.load(project.study_file)
    name = study.study.id
    past = (now - grace).astimezone(ZoneInfo(TIMEZONE))
    due = next(CronSim(cron, past + dt.timedelta(seconds=1), reverse=True))
    last = alerting.last_run(project, name)
    if last is not None and last.finished > now + _CLOCKS_MAY_DIFFER:
        raise UsageError(
            "the last run",
            expected="a time in the past",
            found=f"{last.finished.isoformat()}, and it is {now.isoformat(timespec='seconds')}",
            remedy="put the clocks of this machine and of the schedule right, then run once more",
        )
    if last is None:
        return Attendance(name, due, None, "", True)
    return Attendance(name, due, last.finished, last.release, last.finished < due)


def tell(project: Project, found: Attendance) -> OverdueError:
    """Send the alert of an overdue run where the study says so; return the error to raise."""
    error = OverdueError(
        f"the scheduled run of {found.study}",
        expected=f"one that ended well after it was due, {found.due.isoformat()}",
        found=f"the last one ended {found.finished.isoformat()}" if found.finished else "none yet",
        remedy="see that the Prefect server and `gapwatch serve` run, and what the last run says",
    )
    _, alerts = alerting.read_alerts(project)
    alerting.to_webhook(
        alerts, Alert("overdue", found.study, f"gapwatch, {found.study}: no run.\n{error}")
    )
    return error
