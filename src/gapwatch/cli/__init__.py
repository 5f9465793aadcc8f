"""The command line: thin, and quick to answer --help, so heavy imports wait inside commands."""

from __future__ import annotations

import logging
import os
import sys
from importlib import metadata
from typing import Annotated

import typer

from gapwatch import stopping
from gapwatch.cli import (
    auditing,
    counting,
    demonstrating,
    developing,
    fleets,
    initiating,
    making,
    operating,
    pruning,
    showing,
    starting,
)
from gapwatch.errors import GapwatchError, OutputError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Is the promise to close a life-expectancy gap being kept?",
    epilog="Exit codes: 0 fine, 1 cannot write, 2 usage or study, 3 validation, "
    "4 source unavailable, 5 integrity, 6 done, but not everything, "
    "130 stopped by Ctrl-C, 143 by SIGTERM.",
)
app.registered_commands += [
    command
    for part in (
        starting,
        making,
        initiating,
        operating,
        pruning,
        showing,
        auditing,
        counting,
        fleets,
        demonstrating,
        developing,
    )
    for command in part.app.registered_commands
]
app.registered_groups += [
    *starting.app.registered_groups,
    *making.app.registered_groups,
    *auditing.app.registered_groups,
]


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"gapwatch {metadata.version('gapwatch')}")
        raise typer.Exit


@app.callback()
def options(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Log warnings only.")] = False,
    _: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Show the version and exit.",
            callback=_tell_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Is the promise to close a life-expectancy gap being kept?"""
    logging.basicConfig(
        stream=sys.stderr,
        format="%(levelname)s %(message)s",
        force=True,
        level=logging.WARNING if quiet else logging.INFO,
    )


# Libraries with processes or connections that outlast a call.
_KEEPING = {"distributed", "prefect"}


def main() -> None:
    """Run the command line; a named error is printed on standard error, with its exit code."""
    if sys.flags.optimize > 1:
        typer.echo(
            "Usage: Python runs with PYTHONOPTIMIZE=2 or -OO, which strips texts that gapwatch and "
            "its libraries read; unset it and run again.",
            err=True,
        )
        sys.exit(2)
    if "serve" not in sys.argv[1:]:  # the scheduler's server listens for itself
        stopping.listen()
    try:
        app()
        sys.stdout.flush()
    except GapwatchError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except stopping.Stopped as stopped:
        typer.echo(stopping.told(stopped), err=True)
        sys.exit(stopped.exit_code)
    except KeyboardInterrupt:
        typer.echo("Stopped by Ctrl-C.", err=True)
        sys.exit(130)
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        named = error.filename is not None
        told = OutputError(
            str(error.filename) if named else "standard output",
            expected="a file that can be used" if named else "a place to print to",
            found=error.strerror or str(error),
            remedy="see that it is there and may be used" if named else "print somewhere else",
        )
        typer.echo(str(told), err=True)
        os._exit(told.exit_code)  # a second try to flush would only fail again


def program() -> None:
    """`gapwatch` as a process of its own: `main`, and then out.

    Taking the libraries apart piece by piece would take half a second of every command. Where they
    keep processes or connections of their own, they are left the time to end them.
    """
    try:
        main()
        code: str | int | None = 0
    except SystemExit as ended:
        code = ended.code
    if isinstance(code, str) or _KEEPING & sys.modules.keys():
        sys.exit(code)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # told by `main`, as far as it can be told
        code = code or 1
    logging.shutdown()
    os._exit(code or 0)
