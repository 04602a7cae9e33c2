"""`openapi.json` as a document: it is valid, and its references resolve."""

import json
import unittest
from collections.abc import Iterator
from typing import Any

import clone
import processes
import tools

DOCUMENT = clone.ROOT / "openapi.json"


def references(value: Any) -> Iterator[str]:
    """Every `$ref` in a value."""
    if isinstance(value, dict):
        if isinstance(reference := value.get("$ref"), str):
            yield reference
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from references(item)


def resolves(document: Any, reference: str) -> bool:
    """Whether a JSON pointer after `#` (RFC 6901) names a value of the document."""
    for step in reference.removeprefix("#/").split("/"):
        document = document.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(document, dict) else None
    return reference.startswith("#/") and document is not None


class OpenApi(unittest.TestCase):
    def test_every_reference_resolves(self) -> None:
        document = json.loads(DOCUMENT.read_text())
        dangling = {reference for reference in references(document) if not resolves(document, reference)}
        self.assertEqual(dangling, set())

    def test_every_schema_is_referenced(self) -> None:
        document = json.loads(DOCUMENT.read_text())
        used = set(references(document))
        unused = [name for name in document["components"]["schemas"] if f"#/components/schemas/{name}" not in used]
        self.assertEqual(unused, [])

    def test_the_document_is_valid_openapi_3_1(self) -> None:
        self.assertEqual(json.loads(DOCUMENT.read_text())["openapi"], "3.1.0")
        command = [*tools.PYTHON, "-m", "openapi_spec_validator", "--schema", "3.1", str(DOCUMENT)]
        env = {**processes.environment(), "PYTHONPATH": str(tools.openapi())}
        code, output = processes.capture(command, env=env)
        self.assertEqual(code, 0, output)
