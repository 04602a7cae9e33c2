"""The transformed template, with the queries of the rules: functions, integrations, policies, references."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Resource = dict[str, Any]


@dataclass(frozen=True)
class Integration:
    """How the gateway calls a function for one method of one path."""

    # In capitals, or ANY.
    method: str
    path: str
    # The function's name; empty when the gateway does not call its alias.
    function: str
    streams: bool
    # Milliseconds; None for the gateway's default.
    timeout: int | None


@dataclass(frozen=True)
class Stack:
    """The template as CloudFormation receives it."""

    template: Resource

    @property
    def resources(self) -> dict[str, Resource]:
        found: dict[str, Resource] = self.template["Resources"]
        return found

    def of_type(self, kind: str) -> dict[str, Resource]:
        """The properties of all resources of a type, by logical id."""
        return {name: its.get("Properties", {}) for name, its in self.resources.items() if its["Type"] == kind}

    def functions(self) -> dict[str, tuple[str, Resource]]:
        """Logical id and properties of each function, by the name of its binary."""
        built = self.template["Built"]
        found = self.of_type("AWS::Lambda::Function")
        return {built[name].get("BuildProperties", {}).get("Binary", name): (name, its) for name, its in found.items()}

    def integrations(self) -> list[Integration]:
        """Every method of every path."""
        names = {logical: name for name, (logical, _) in self.functions().items()}
        found = []
        for path, methods in self.api()["paths"].items():
            for method, operation in methods.items():
                called = operation.get("x-amazon-apigateway-integration", {})
                uri = json.dumps(called.get("uri"))
                alias = re.search(r"\$\{(\w+)Aliaslive\}", uri)
                mode = called.get("responseTransferMode")
                found.append(
                    Integration(
                        method="ANY" if method == "x-amazon-apigateway-any-method" else method.upper(),
                        path=path,
                        function=names.get(alias.group(1), "") if alias else "",
                        streams=mode == "STREAM" and "/response-streaming-invocations" in uri,
                        timeout=called.get("timeoutInMillis"),
                    )
                )
        return found

    def statements(self) -> Iterator[tuple[str, Resource]]:
        """Every statement of every policy, with the resource that holds it; not who may assume a role."""
        for name, resource in self.resources.items():
            for key, document in _documents(resource.get("Properties", {})):
                if key != "AssumeRolePolicyDocument":
                    for statement in _flat(document.get("Statement", [])):
                        yield name, statement

    def api(self) -> Resource:
        """The definition of the API, as OpenAPI."""
        api: Resource = next(iter(self.of_type("AWS::ApiGateway::RestApi").values()))["Body"]
        return api


def refers_to(value: Any, name: str) -> bool:
    """Whether a value contains a reference to a resource."""
    text = json.dumps(value)
    marks = (f'"Ref": "{name}"', f'"Fn::GetAtt": ["{name}"', f"${{{name}}}", f"${{{name}.")
    return any(mark in text for mark in marks)


def _documents(value: Any) -> Iterator[tuple[str, Resource]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key.endswith("PolicyDocument") and isinstance(inner, dict):
                yield key, inner
            else:
                yield from _documents(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _documents(inner)


def _flat(statements: Any) -> Iterator[Resource]:
    """Statements, also those inside an `Fn::If`."""
    for statement in statements if isinstance(statements, list) else [statements]:
        if "Fn::If" in statement:
            yield from _flat([inner for inner in statement["Fn::If"][1:] if "Ref" not in inner])
        else:
            yield statement
