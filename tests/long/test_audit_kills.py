"""Two hundred commands killed at random moments: no corrupt state, nothing lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.e2e.conftest import Chain, Undisturbed
from tests.e2e.killing import commands, require_survives

pytestmark = pytest.mark.long
TIMES = {"pull": 70, "run": 70, "bundle": 60}


def test_two_hundred_killed_commands_lose_nothing(
    chain: Chain, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    with commands(chain, undisturbed.project, tmp_path) as found:
        for name, command in found.items():
            chance = random.Random(f"kill many {name}")
            require_survives(command, tmp_path, chance, times=TIMES[name], at_once=3)
