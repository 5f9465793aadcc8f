"""The study file's keys as a JSON Schema, for editors: made from the model that reads it."""

from __future__ import annotations

from typing import Any

from gapwatch.study.model import Study

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema of a study. What several keys say together is checked by `study check` alone."""
    made = Study.model_json_schema(mode="validation")
    made["title"] = "A gapwatch study"
    # A promise is stated once, or in versions.
    made["required"] = [key for key in made["required"] if key != "promise"]
    made["oneOf"] = [{"required": ["promise"]}, {"required": ["promises"]}]
    return {"$schema": DIALECT, **made}
