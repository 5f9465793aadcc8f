"""Every kind of answer that is changed: files that a study describes, and services."""

from __future__ import annotations

from tests.unit.sources.fuzz import answers, files

KINDS = files.KINDS | answers.KINDS
