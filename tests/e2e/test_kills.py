"""A few commands killed at random moments; tests/long kills two hundred."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Chain, Undisturbed
from tests.e2e.killing import Command, commands, require_survives


@pytest.fixture(scope="module")
def written(
    chain: Chain, undisturbed: Undisturbed, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Command]]:
    room = tmp_path_factory.mktemp("kills")
    with commands(chain, undisturbed.project, room) as found:
        yield found


# A run that is killed is in test_run.py; these measure a pull of the whole replica first.
@pytest.mark.long
@pytest.mark.parametrize("name", ["pull", "bundle"])
def test_a_command_killed_at_a_random_moment_loses_nothing_and_is_made_good_by_the_next(
    written: dict[str, Command], tmp_path: Path, name: str
) -> None:
    chance = random.Random(f"kill {name}")
    require_survives(written[name], tmp_path, chance, times=2, at_once=2)
