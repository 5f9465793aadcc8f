"""Alerts reach whom the study names; one that can't be sent changes nothing and tells no secret."""

from __future__ import annotations

import datetime as dt
import logging
import socket
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from gapwatch import alerting, overdue
from gapwatch import study as study_file
from gapwatch.alerting import Alert
from gapwatch.errors import OverdueError, SourceError, StudyError, UsageError
from gapwatch.project import Project
from gapwatch.sources.posting import post
from gapwatch.study.alerts import Alerts, wrong_address, wrong_mail
from tests.command import gapwatch
from tests.receiver import Receiver

ALERT = Alert("failed", "westminster", "it failed")
SECRET = "t0ken-in-the-path"  # noqa: S105
NOON = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)


def said(verdict: str, label: str = "") -> SimpleNamespace:
    """What a run leaves of such a verdict."""
    return SimpleNamespace(
        release="westminster-2026-12-01-0123456789",
        verdict=verdict,
        label=label or verdict,
        sentence=f"It is {label or verdict}.",
        message={"verdict": f"It is {label or verdict}.", "caveat": "Of one window."},
    )


def here(address: str) -> Alerts:
    return Alerts(webhook=address, allow_loopback=True)


def test_an_alert_is_one_json_object_with_event_text_release_verdict_and_sentence() -> None:
    told = alerting.success(
        "westminster", said("off track"), before="on track", new=("ward-life-expectancy",)
    )
    with Receiver() as receiver:
        assert all(alerting.to_webhook(here(f"{receiver.address}/a"), alert) for alert in told)
    (_, new), (_, changed) = receiver.got
    assert new["event"] == "new data"
    assert "ward-life-expectancy" in new["text"]
    assert changed["event"] == "verdict changed"
    for part in ("'off track'", "'on track'", "It is off track.", "Of one window.", "2026-12-01"):
        assert part in changed["text"]
    assert changed["sentence"] == "It is off track."
    assert changed["release"] == "westminster-2026-12-01-0123456789"


def test_a_run_with_the_verdict_of_the_one_before_and_nothing_new_says_nothing() -> None:
    assert alerting.success("w", said("off track"), before="off track", new=()) == []
    assert alerting.success("w", said("off track"), before="", new=()) == []


def test_a_verdict_goes_by_its_label_in_every_alert() -> None:
    found = said("on track", "levelling down")
    for alert in alerting.success("w", found, before="on track", new=("areas",)):
        assert (alert.verdict, alert.label) == ("on track", "levelling down")
    (changed,) = alerting.success("w", found, before="on track", new=())
    assert "the verdict is now 'levelling down'; it was 'on track'." in changed.text
    assert alerting.success("w", found, before="levelling down", new=()) == []


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"status": 500}, "status 500"),
        ({"status": 404}, "status 404"),
        ({"status": 302, "location": "http://127.0.0.1:9/elsewhere"}, "a redirect (status 302)"),
        ({"status": 307, "location": "/elsewhere"}, "a redirect (status 307)"),
        ({"hangs": True}, "none"),
    ],
)
def test_a_webhook_that_fails_redirects_or_hangs_is_logged_once_and_its_address_is_not(
    options: dict[str, object],
    found: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alerting, "SECONDS", 0.5)
    caplog.set_level(logging.DEBUG)
    started = time.monotonic()
    with Receiver(**options) as receiver:  # type: ignore[arg-type]
        assert not alerting.to_webhook(here(f"{receiver.address}/{SECRET}"), ALERT)
        assert time.monotonic() - started < 3
        assert len(receiver.got) == 1  # sent once, and no redirect followed
    (warned,) = [item for item in caplog.records if item.levelno >= logging.WARNING]
    assert f"found:    {found}" in warned.getMessage()
    assert "nothing else is changed" in warned.getMessage()
    assert SECRET not in caplog.text


def test_a_webhook_that_nobody_answers_is_logged() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        with pytest.raises(SourceError, match="ConnectError") as raised:
            post(f"http://127.0.0.1:{port}/{SECRET}", {}, named="webhook of [alerts]")
    assert SECRET not in str(raised.value)


def test_an_address_with_a_secret_comes_from_the_environment_and_is_never_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    alerts = Alerts(webhook_from="GAPWATCH_WEBHOOK", allow_loopback=True)
    with Receiver() as receiver:
        monkeypatch.setenv("GAPWATCH_WEBHOOK", f"{receiver.address}/{SECRET}")
        assert alerting.to_webhook(alerts, ALERT)
        assert receiver.got[0][0] == f"/{SECRET}"
    monkeypatch.setenv("GAPWATCH_WEBHOOK", f"http://example.org/{SECRET}")
    with pytest.raises(UsageError, match="the variable GAPWATCH_WEBHOOK") as raised:
        alerting.check(alerts)
    assert SECRET not in str(raised.value)
    monkeypatch.delenv("GAPWATCH_WEBHOOK")
    with pytest.raises(UsageError, match="set GAPWATCH_WEBHOOK where the run is scheduled"):
        alerting.check(alerts)
    assert not alerting.to_webhook(alerts, ALERT)
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("https://hooks.example.org/T0/B0", ""),
        ("http://hooks.example.org/", "http://"),
        ("http://127.0.0.1:8000/", "http://"),
        ("ftp://example.org/", "ftp://"),
        ("https://user:word@example.org/", "an address with a user name or password in it"),
        ("https:///nowhere", "no web address"),
        ("https://[::1", "no web address"),
        ("https://example.org:port/", "no web address"),
        ("https://example.org/ a", "no web address"),
        ("hooks.example.org", "no web address"),
    ],
)
def test_only_https_addresses_without_credentials_are_webhooks(address: str, problem: str) -> None:
    assert wrong_address(address, allow_loopback=False) == problem


def test_http_is_for_this_machine_alone_and_only_when_the_study_says_so() -> None:
    assert wrong_address("http://127.0.0.1:8000/", allow_loopback=True) == ""
    assert wrong_address("http://127.0.0.1.example.org/", allow_loopback=True) == "http://"


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("mailtos://u:p@mail.example.org?to=a@example.org", ""),
        ("mailto://u:p@mail.example.org", "mailto://"),
        ("mailtos://mail.example.org?verify=no", "one that switches the check of certificates off"),
        ("json://mail.example.org", "json://"),
        ("mailtos://", "no host"),
    ],
)
def test_mail_goes_over_verified_tls(address: str, problem: str) -> None:
    found = wrong_mail(address, allow_loopback=False)
    assert found.startswith(problem) if problem else found == ""


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ('webhook = "http://example.org"', "an https:// address as webhook"),
        ('webhook = "https://a.example"\nwebhook_from = "A"', "either webhook or webhook_from"),
        ('webhok = "https://a.example"', "did you mean 'webhook'?"),
        ('webhook_from = "not a name"', "alerts.webhook_from"),
    ],
)
def test_a_wrong_part_alerts_is_refused_by_key(project: Project, part: str, told: str) -> None:
    with project.study_file.open("a", encoding="utf-8") as study:
        study.write(f"\n[alerts]\n{part}\n")
    with pytest.raises(StudyError) as raised:
        study_file.load(project.study_file)
    assert told in str(raised.value)


def test_a_study_with_a_fault_elsewhere_can_still_tell_of_it(project: Project) -> None:
    text = project.study_file.read_text(encoding="utf-8")
    broken = text.replace('kind = "pooled"', 'kind = "poled"', 1)
    assert broken != text
    project.study_file.write_text(
        f'{broken}\n[alerts]\nwebhook = "https://hooks.example.org"\n', encoding="utf-8"
    )
    with pytest.raises(StudyError):
        study_file.load(project.study_file)
    name, alerts = alerting.read_alerts(project)
    assert (name, alerts.webhook) == ("westminster", "https://hooks.example.org")


def test_of_an_error_that_is_not_ours_only_the_kind_is_told() -> None:
    assert "E01000001" not in alerting.failure("w", ValueError("row E01000001, 3")).text
    assert "ValueError" in alerting.failure("w", ValueError("row")).text
    ours = UsageError("the table", expected="a", found="b", remedy="do c")
    assert "to do:    do c" in alerting.failure("w", ours).text


def ended(project: Project, when: dt.datetime) -> None:
    alerting.record(project, "westminster", "westminster-2026-12-01-0123456789", when)


@pytest.mark.parametrize(
    ("finished", "now", "late"),
    [
        (NOON.replace(hour=6, minute=2), NOON.replace(hour=12, minute=30), False),
        (NOON.replace(month=11), NOON.replace(hour=11, minute=59), False),  # still in its grace
        (NOON.replace(month=11), NOON.replace(hour=12, minute=0), True),
        (NOON.replace(month=11), NOON.replace(day=20), True),
    ],
)
def test_a_run_is_overdue_when_none_ended_since_it_was_due_and_its_grace_is_over(
    project: Project, finished: dt.datetime, now: dt.datetime, late: bool
) -> None:
    ended(project, finished)
    found = overdue.attendance(project, "0 6 1 * *", dt.timedelta(hours=6), now)
    assert found.overdue is late


def test_the_schedule_follows_the_clocks_of_london(project: Project) -> None:
    ended(project, dt.datetime(2026, 7, 1, 5, 30, tzinfo=dt.UTC))
    july = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
    found = overdue.attendance(project, "0 6 1 * *", dt.timedelta(hours=1), july)
    assert found.due == dt.datetime(2026, 7, 1, 5, tzinfo=dt.UTC)
    assert not found.overdue


def test_a_project_without_a_run_is_overdue_and_a_record_from_the_future_is_refused(
    project: Project,
) -> None:
    found = overdue.attendance(project, "0 6 1 * *", dt.timedelta(0), NOON)
    assert (found.overdue, found.finished) == (True, None)
    ended(project, NOON.replace(year=2030))
    with pytest.raises(UsageError, match="clocks"):
        overdue.attendance(project, "0 6 1 * *", dt.timedelta(0), NOON)
    (project.curated / "last-run-westminster.json").write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match="remove the file"):
        overdue.attendance(project, "0 6 1 * *", dt.timedelta(0), NOON)


def test_an_overdue_run_is_told_to_the_webhook_and_raised(project: Project) -> None:
    with Receiver() as receiver:
        with project.study_file.open("a", encoding="utf-8") as study:
            study.write(f'\n[alerts]\nwebhook = "{receiver.address}"\nallow_loopback = true\n')
        found = overdue.attendance(project, "0 6 1 * *", dt.timedelta(0), NOON)
        assert isinstance(overdue.tell(project, found), OverdueError)
    assert receiver.got[0][1]["event"] == "overdue"
    assert "2026-12-01T06:00:00" in receiver.got[0][1]["text"]


def test_the_command_says_in_time_or_exits_4(project: Project) -> None:
    late = gapwatch(project, "overdue", "--json")
    assert late.returncode == 4, late.stderr
    assert late.stderr.startswith("Overdue: the scheduled run of westminster\n")
    assert '"overdue": true' in late.stdout
    ended(project, dt.datetime.now(tz=dt.UTC))
    in_time = gapwatch(project, "overdue")
    assert in_time.returncode == 0, in_time.stderr
    assert in_time.stdout.startswith("In time: due ")


@pytest.mark.parametrize("cron", ["sometimes", "0 6 31 2 *", "61 * * * *", "0 6 1 * * *", ""])
def test_a_schedule_that_is_none_is_refused(cron: str) -> None:
    with pytest.raises(UsageError, match="a cron expression such as '0 6 1"):
        overdue.require_cron(cron)


def test_a_record_that_was_cut_short_replaces_no_good_one(project: Project) -> None:
    ended(project, NOON)
    ended(project, NOON.replace(hour=13))
    last = alerting.last_run(project, "westminster")
    assert last is not None
    assert last.finished == NOON.replace(hour=13)
    assert [path.name for path in Path(project.curated).iterdir()] == ["last-run-westminster.json"]
