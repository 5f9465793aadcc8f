"""Signals end the real command with one line and the shell's code; a full disk is named."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gapwatch import stopping
from tests.whole.test_snapshot_leftovers import in_a_child

# The command line, with a run that waits where a real one is long: inside its workspace, with its
# checker at work.
WAITING = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # parallel tests start with it ignored
from pathlib import Path
from gapwatch import cli, pipeline, publishing
from gapwatch.project import Project
def run(project, **rest):
    with publishing.workspace(project.reports, project.curated) as place, rest["checker"] as c:
        print(c._process.pid, flush=True)
        (place.release / "half").write_text("made")
        # Not one long sleep: a signal that comes just before it would only be seen after it.
        for _ in range(600):
            time.sleep(0.1)
pipeline.run = run
cli.main()
"""


@pytest.mark.parametrize(
    ("number", "code", "name"), [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM")]
)
def test_a_signal_ends_a_run_with_one_line_its_code_no_leftover_and_no_child(
    tmp_path: Path, number: int, code: int, name: str
) -> None:
    (tmp_path / "expectations").mkdir()
    (tmp_path / "gapwatch.toml").touch()
    with subprocess.Popen(
        [sys.executable, "-c", WAITING, "run"],
        cwd=tmp_path,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        os.kill(process.pid, number)
        _, told = process.communicate(timeout=60)
    assert process.returncode == code
    assert told == f"Stopped by {name}: nothing was left half made.\n"
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} <= {
        "gapwatch.toml",
        ".lock",
    }
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_what_is_left_is_said_in_the_line() -> None:
    stopping.leaves("no release was published")
    stopped = stopping.Stopped(signal.SIGTERM)
    assert stopping.told(stopped) == "Stopped by SIGTERM: no release was published."
    assert stopped.exit_code == 143


def test_a_background_job_goes_on_ignoring_ctrl_c() -> None:
    def work() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        stopping.listen()
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGKILL)  # was reached

    assert in_a_child(work) == signal.SIGKILL


@pytest.mark.parametrize("switch", ["-OO", "PYTHONOPTIMIZE"])
def test_stripped_texts_are_refused_by_name_in_one_line(switch: str) -> None:
    words = [sys.executable, *([switch] if switch == "-OO" else []), "-m", "gapwatch.cli", "status"]
    more = {"PYTHONOPTIMIZE": "2"} if switch != "-OO" else {}
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env={**os.environ, **more}
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "PYTHONOPTIMIZE=2" in done.stderr
    assert "unset it" in done.stderr


FULL = """
import resource, sys
from pathlib import Path
import pandas as pd
from gapwatch import publishing, warehouse
root = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
frame = pd.DataFrame({name: [f"{name} {n}" if kind == "text" else n + 1 for n in range(20_000)]
                      for name, kind in (("suite", "text"), ("position", "integer"),
                      ("expectation", "text"), ("severity", "text"), ("outcome", "text"),
                      ("rows_checked", "integer"), ("rows_not_checked", "integer"),
                      ("rows_unexpected", "integer"), ("examples", "text"))})
frame["severity"], frame["outcome"] = "warning", "met"
with publishing.workspace(root / "out", root / "curated") as place:
    warehouse.build(place.database, {"validation": frame})
"""


@pytest.mark.parametrize("limit", [0, 20_000, 300_000])
def test_a_full_disk_under_the_database_is_named_and_leaves_nothing(
    tmp_path: Path, limit: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), str(limit)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    last = done.stderr.strip().splitlines()
    assert any(line.startswith("gapwatch.errors.OutputError: Cannot write:") for line in last), last
    assert "room on the disk" in done.stderr
    assert "free some space" in done.stderr
    assert str(tmp_path / "curated") in done.stderr
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} <= {".lock"}
