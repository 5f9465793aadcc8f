"""Warm processes: `gapwatch` and its validation worker, each forked from one that has imported.

A command takes seconds to import its libraries, and its validation worker as many again. Here two
processes import them once; each request is a fork of one of them, so every command still has a
process, an exit code and an environment of its own. Tests whose subject is the start of a process
(signals, environment, `--help`) start a new interpreter instead.

    python -m tests.warm command|worker SOCKET

It serves until its standard input closes, which happens when whoever started it ends.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__)
_STANDARD = (0, 1, 2)
_LARGEST_REQUEST = 1 << 20
_started: dict[str, str] = {}


def available() -> bool:
    """Whether processes can be forked and open files handed over here."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds")


def address(kind: str) -> str:
    """Where the warm process of a kind listens; it is started at first use, one a test process."""
    if kind not in _started:
        # A short path: the address of a socket may have about a hundred characters.
        folder = tempfile.mkdtemp(prefix="warm-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        place = f"{folder}/{kind}"
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm", kind, place],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        atexit.register(_end, process)
        _started[kind] = place
    return _started[kind]


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait()


def run(
    arguments: Sequence[str], cwd: Path, environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """`gapwatch` with these arguments, in a process forked from the warm one."""
    with (
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        Path(os.devnull).open("rb") as nothing,
    ):
        request = {
            "arguments": list(arguments),
            "cwd": str(cwd),
            "environment": dict(environment),
            "worker": address("worker"),
        }
        files = [nothing.fileno(), out.fileno(), err.fileno()]
        code = _ask(address("command"), request, files, timeout)
        told = []
        for stream in (out, err):
            stream.seek(0)
            told.append(stream.read().decode("utf-8"))
    return subprocess.CompletedProcess(list(arguments), code, told[0], told[1])


def _ask(
    place: str, request: Mapping[str, Any], files: Sequence[int], timeout: float | None
) -> int:
    """The exit code of a fork that has `files` as its standard streams."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(timeout)
        line.connect(place)
        sent = json.dumps(request).encode()
        socket.send_fds(line, [len(sent).to_bytes(4, "big")], files)
        line.sendall(sent)
        answer = line.recv(64)
    return int(answer or b"-9")  # no answer: it was killed


def worker_command() -> list[str]:
    """What starts a validation worker, as a program that hands its streams to a warm one."""
    return [sys.executable, "-I", "-S", str(HERE), "as-worker", address("worker")]


# In the warm processes


def _serve(place: str, answer: Callable[[Mapping[str, Any]], None]) -> None:
    gc.collect()
    gc.freeze()  # what was imported stays, and no fork needs to go through it
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            ready, _, _ = select.select([listener, 0], [], [])
            if 0 in ready:
                return
            line, _ = listener.accept()
            with line:
                keeper = os.fork()
                if keeper == 0:
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    listener.close()
                    _keep(line, answer)


def _keep(line: socket.socket, answer: Callable[[Mapping[str, Any]], None]) -> None:
    """Fork once more, wait for that process, and tell its exit code."""
    head, files, _, _ = socket.recv_fds(line, 4, len(_STANDARD))
    size = int.from_bytes(head, "big")
    assert size <= _LARGEST_REQUEST
    sent = b""
    while len(sent) < size:
        sent += line.recv(size - len(sent))
    child = os.fork()
    if child == 0:
        line.close()
        _become(json.loads(sent), files, answer)
    for file in files:
        os.close(file)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(OSError):  # nobody waits any more
        line.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(
    request: Mapping[str, Any], files: Sequence[int], answer: Callable[[Mapping[str, Any]], None]
) -> None:
    code: object = 0
    try:
        for standard, file in zip(_STANDARD, files, strict=True):
            os.dup2(file, standard)
            os.close(file)
        for name in os.environ.keys() - request["environment"].keys():
            del os.environ[name]
        os.environ.update(request["environment"])
        os.chdir(request["cwd"])
        answer(request)
    except SystemExit as error:
        code = error.code
    except BaseException:
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def _command(request: Mapping[str, Any]) -> None:
    from gapwatch.quality import checker

    checker.COMMAND = (sys.executable, "-I", "-S", str(HERE), "as-worker", request["worker"])
    sys.argv = ["gapwatch", *request["arguments"]]
    runpy.run_module("gapwatch.cli", run_name="__main__", alter_sys=True)


def _worker(_request: Mapping[str, Any]) -> None:
    from gapwatch.quality import worker

    worker.main()


def _hand_over(place: str) -> int:
    environment = {**os.environ}
    request = {"arguments": [], "cwd": str(Path.cwd()), "environment": environment}
    return _ask(place, request, list(_STANDARD), None)


def main() -> None:
    """Be a warm process of a kind, or stand in front of a warm worker."""
    kind, place = sys.argv[1:]
    if kind == "as-worker":
        sys.exit(_hand_over(place))
    # Whoever is forked is waited for by its keeper, and keepers by nobody.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    if kind == "worker":
        from gapwatch.quality import worker

        worker.import_library()
        _serve(place, _worker)
        return
    import gapwatch.cli.auditing
    import gapwatch.cli.counting
    import gapwatch.demo.twin.making
    import gapwatch.pipeline
    import gapwatch.pulling
    import gapwatch.queries
    import gapwatch.replaying  # noqa: F401

    _serve(place, _command)


if __name__ == "__main__":
    main()
