"""What comes with gapwatch beside its code: suites, flows, the default study and its snapshot.

In a checkout these lie at its top; a wheel has them in gapwatch_shipped/, beside the package and
not in it, so that the hash of the code is the same in both (.ci/wheel.py). What a project has of
its own comes before what is shipped.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from gapwatch.errors import OutputError

FOLDER = "gapwatch_shipped"
STUDY_FILE = "gapwatch.toml"
SUITES, FLOWS, RAW = "expectations", "flows", Path("data", "raw")


def folder() -> Path:
    """Where the shipped files are: the checkout that this code lies in, else beside the package.

    Raises OutputError where they are missing, as in code that was copied without them.
    """
    package = Path(str(resources.files("gapwatch")))
    for place in (package.parent.parent, package.parent / FOLDER):
        if (place / SUITES / "life_expectancy.json").is_file() and (place / FLOWS).is_dir():
            return place
    raise OutputError(
        str(package.parent / FOLDER),
        expected="the suites, flows and study that come with gapwatch",
        found="none",
        remedy="install gapwatch from its wheel, or use its checkout",
    )


def suites() -> Path:
    """The folder of suites, one a table."""
    return folder() / SUITES


def flow(name: str) -> Path:
    """The program of one flow; it is there for every name of the command line."""
    return folder() / FLOWS / f"{name}.py"


def study() -> Path:
    """The default study, which is of Westminster."""
    return folder() / STUDY_FILE


def raw() -> Path:
    """The folder of snapshots that holds the default study's, for reading alone."""
    return folder() / RAW
