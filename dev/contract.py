"""What the code says of itself, for the template to be held to: routes, streams, settings, jobs. Read, not run."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import clone

_LOCAL_ROUTE = re.compile(r'watch\.router\]\]\s*\npath = "([^"]+)"\s*\nfunction = "([^"]+)"')
_STREAM = re.compile(r'\.(get|post|delete)_streaming\(\s*"([^"]+)"')
_SETTING = re.compile(r'"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"')
_JOB = re.compile(r'job: "([a-z_]+)"')


@dataclass(frozen=True)
class Contract:
    """What the template has to serve."""

    # Method and path of every route, and the function that answers it.
    routes: dict[tuple[str, str], str]
    # Method and path of those that stream.
    streams: set[tuple[str, str]]
    # Names of the settings that the code reads.
    settings: set[str]
    # The jobs of cleanup.
    jobs: set[str]
    # The functions, which are the folders of `functions/`.
    functions: set[str]


def read() -> Contract:
    """Reads `openapi.json`, `Cargo.toml` and the sources."""
    local = dict(_LOCAL_ROUTE.findall((clone.ROOT / "Cargo.toml").read_text()))
    routes: dict[tuple[str, str], str] = {}
    for path, operations in json.loads((clone.ROOT / "openapi.json").read_text())["paths"].items():
        for method in operations:
            routes[method.upper(), path] = local.get(path, "nobody, by Cargo.toml's local routes")
    streams: set[tuple[str, str]] = set()
    for table in clone.ROOT.glob("functions/*/src/routes.rs"):
        streams |= {(method.upper(), path) for method, path in _STREAM.findall(table.read_text())}
    # What answers GET answers HEAD in the same way.
    streams |= {("HEAD", path) for method, path in streams if method == "GET"}
    return Contract(
        routes=routes,
        streams=streams,
        settings=_settings(),
        jobs=set(_JOB.findall((clone.ROOT / "shared/data/src/retention.rs").read_text())),
        functions={folder.name for folder in (clone.ROOT / "functions").iterdir() if folder.is_dir()},
    )


def _settings() -> set[str]:
    """Names in capitals in the sources that know the environment, less their tests."""
    found: set[str] = set()
    for folder in ("shared", "functions"):
        for source in (clone.ROOT / folder).rglob("src/**/*.rs"):
            code = source.read_text().split("#[cfg(test)]")[0]
            if re.search(r"\b[Ee]nvironment\b|\bAiConfig\b", code) and source.name != "tests.rs":
                found |= set(_SETTING.findall(code))
    return found
