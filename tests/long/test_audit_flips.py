"""A thousand single bytes changed, one at a time: every one is found, and its file named."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Chain, copied
from tests.e2e.flipping import require_found_in_bundle, require_found_in_custody

pytestmark = pytest.mark.long
IN_CUSTODY, IN_BUNDLES = 800, 200


def test_a_thousand_changed_bytes_are_found(kept: Chain, bundle: Path, tmp_path: Path) -> None:
    chance = random.Random(1000)
    require_found_in_custody(copied(kept.project, tmp_path / "project"), chance, IN_CUSTODY)
    packed = tmp_path / "b.zip"
    shutil.copyfile(bundle, packed)
    require_found_in_bundle(packed, chance, IN_BUNDLES)
