"""What a release says that it rests on: asked of files and git, or of what is known already."""

from __future__ import annotations

import pytest

from gapwatch.audit import provenance
from gapwatch.audit.provenance import CodeState, code_state
from gapwatch.project import Project


def test_code_whose_state_is_known_is_not_read_again(
    shipped: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = provenance.provenance(shipped, "0" * 64)
    state = code_state()
    assert (asked.code_sha256, asked.commit, asked.clean) == (
        state.code_sha256,
        state.commit,
        state.clean,
    )

    def refuse(*_: object) -> str:
        raise AssertionError("asked again")

    monkeypatch.setattr(provenance, "ask", refuse)
    monkeypatch.setattr(provenance, "code_sha256", refuse)
    assert provenance.provenance(shipped, "0" * 64, state) == asked
    other = provenance.provenance(shipped, "0" * 64, CodeState("1" * 64, None, None))
    assert (other.code_sha256, other.commit, other.clean) == ("1" * 64, None, None)
    assert other.suites == asked.suites
