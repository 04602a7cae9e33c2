"""Facts of the code that the template must match: routes, streams, settings, jobs. They are read from the sources."""

import json
import re
from dataclasses import dataclass

import clone

_LOCAL_ROUTE = re.compile(r'watch\.router\]\]\s*\npath = "([^"]+)"\s*\nfunction = "([^"]+)"')
_STREAM = re.compile(r'(get|post|delete)_streaming "([^"]+)"')
_SETTING = re.compile(r'"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"')
_JOB = re.compile(r'job: "([a-z_]+)"')


@dataclass(frozen=True)
class CodeFacts:
    # The function of every method and path.
    routes: dict[tuple[str, str], str]
    # The methods and paths that stream.
    streams: set[tuple[str, str]]
    # The settings that the code reads.
    settings: set[str]
    # The jobs of the cleanup function.
    jobs: set[str]
    functions: set[str]


def read() -> CodeFacts:
    """Reads `openapi.json`, `Cargo.toml` and the sources."""
    local = dict(_LOCAL_ROUTE.findall((clone.ROOT / "Cargo.toml").read_text()))
    routes: dict[tuple[str, str], str] = {}
    for path, operations in json.loads((clone.ROOT / "openapi.json").read_text())["paths"].items():
        for method in operations:
            routes[method.upper(), path] = local.get(path, "no function, by the local routes of Cargo.toml")
    streams: set[tuple[str, str]] = set()
    for table in clone.ROOT.glob("functions/*/src/routes.rs"):
        streams |= {(method.upper(), path) for method, path in _STREAM.findall(table.read_text())}
    # A route that answers GET answers HEAD in the same way.
    streams |= {("HEAD", path) for method, path in streams if method == "GET"}
    return CodeFacts(
        routes=routes,
        streams=streams,
        settings=_settings(),
        jobs=set(_JOB.findall((clone.ROOT / "shared/data/src/retention.rs").read_text())),
        functions=set(clone.functions()),
    )


def _settings() -> set[str]:
    """The names in capitals in sources that read the environment, without their tests."""
    found: set[str] = set()
    for folder in ("shared", "functions"):
        for source in (clone.ROOT / folder).rglob("src/**/*.rs"):
            code = source.read_text().split("#[cfg(test)]")[0]
            if re.search(r"\b[Ee]nvironment\b|\bAiConfig\b", code) and source.name != "tests.rs":
                found |= set(_SETTING.findall(code))
    return found
