"""What flows tell people, and that nothing which can't be told stops a run."""

from __future__ import annotations

import logging
import time
from types import ModuleType

import pytest

from gapwatch import alerting
from gapwatch.alerting import Alert
from gapwatch.study.alerts import Alerts
from tests.receiver import MailServer, Receiver

ALERT = Alert("failed", "westminster", "The run failed for a reason.")
BY_MAIL = Alerts(email_from="GAPWATCH_EMAIL", allow_loopback=True)


@pytest.fixture(scope="module")
def flows() -> ModuleType:
    """Imported before a test's log is kept: Prefect sets logging up anew, and takes seconds."""
    import flows.common
    import flows.telling

    return flows


def test_an_alert_is_sent_by_mail_through_the_notification_block(
    flows: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with MailServer() as server:
        monkeypatch.setenv(
            "GAPWATCH_EMAIL",
            f"mailto://127.0.0.1:{server.port}/?from=gapwatch@example.org&to=a@example.org",
        )
        flows.telling.tell(BY_MAIL, ALERT)
        server.shutdown()
    (message,) = server.messages
    assert "gapwatch, westminster: failed" in message
    assert "The run failed for a reason." in message
    assert not [item for item in caplog.records if item.levelno >= logging.WARNING]


def test_mail_that_hangs_or_fails_is_logged_without_its_address_and_changes_nothing(
    flows: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(alerting, "SECONDS", 1.0)
    caplog.set_level(logging.DEBUG)
    with Receiver(hangs=True) as deaf:  # no mail server: it never says 220
        port = deaf.address.rpartition(":")[2]
        monkeypatch.setenv("GAPWATCH_EMAIL", f"mailto://u:s3cret@127.0.0.1:{port}/?to=a@b.org")
        started = time.monotonic()
        flows.telling.tell(BY_MAIL, ALERT)
        assert time.monotonic() - started < 5
    warned = [item.getMessage() for item in caplog.records if item.levelno >= logging.WARNING]
    assert any("nothing else is changed" in text for text in warned)
    assert "s3cret" not in caplog.text


def test_an_artifact_that_cannot_be_left_is_logged_and_the_work_stands(
    flows: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(**_: object) -> None:
        raise RuntimeError("503 from the server")

    monkeypatch.setattr(flows.common, "create_markdown_artifact", refused)
    flows.common.show("gapwatch-verdict", "# On track", "the verdict")
    assert "the artifact gapwatch-verdict could not be left (RuntimeError)" in caplog.text
