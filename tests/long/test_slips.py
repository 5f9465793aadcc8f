"""Two thousand everyday slips: each refused, withheld, warned of by name, or harmless."""

from __future__ import annotations

import logging
from collections import Counter

import pytest

from tests.everyday.outcomes import tally

pytestmark = pytest.mark.long
SLIPS_MADE = 2_000
MOST_UNSEEN = 0.01


def test_no_slip_comes_to_a_wrong_number_without_a_word() -> None:
    counts, wrong = tally(range(SLIPS_MADE))
    ended: Counter[str] = Counter()
    for (_, end), number in counts.items():
        ended[end] += number
    logging.getLogger(__name__).info("%s", dict(ended))
    assert not wrong, "\n".join(f"{one.slip}, {one.number}: {one.said}" for one in wrong)
    assert sum(ended.values()) >= 0.95 * SLIPS_MADE
    assert ended["unseen"] <= MOST_UNSEEN * SLIPS_MADE
