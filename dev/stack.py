"""The transformed template, as the rules ask it: functions by name, who answers a path, what a resource refers to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Resource = dict[str, Any]


@dataclass(frozen=True)
class Integration:
    """How the gateway asks a function for one method of one path."""

    # In capitals, or ANY.
    method: str
    path: str
    # The function's name; empty when it is not asked by its alias.
    function: str
    streams: bool
    # Milliseconds; nothing where the gateway's usual limit holds.
    timeout: int | None


@dataclass(frozen=True)
class Stack:
    """What CloudFormation gets to see."""

    template: dict[str, Any]

    @property
    def resources(self) -> dict[str, Resource]:
        return self.template["Resources"]

    def of_type(self, kind: str) -> dict[str, Resource]:
        """The properties of all resources of a type, by logical id."""
        found = {name: resource for name, resource in self.resources.items() if resource["Type"] == kind}
        return {name: resource.get("Properties", {}) for name, resource in found.items()}

    def functions(self) -> dict[str, tuple[str, Resource]]:
        """Logical id and properties of each function, by the name of its binary."""
        built = self.template["Built"]
        found = self.of_type("AWS::Lambda::Function")
        return {built[name].get("BuildProperties", {}).get("Binary", name): (name, its) for name, its in found.items()}

    def integrations(self) -> list[Integration]:
        """Every method of every path."""
        names = {logical: name for name, (logical, _) in self.functions().items()}
        found = []
        for path, methods in self._paths().items():
            for method, operation in methods.items():
                asked = operation.get("x-amazon-apigateway-integration", {})
                uri = json.dumps(asked.get("uri"))
                alias = re.search(r"\$\{(\w+)Aliaslive\}", uri)
                found.append(
                    Integration(
                        method="ANY" if method == "x-amazon-apigateway-any-method" else method.upper(),
                        path=path,
                        function=names.get(alias.group(1), "") if alias else "",
                        streams=asked.get("responseTransferMode") == "STREAM"
                        and "/response-streaming-invocations" in uri,
                        timeout=asked.get("timeoutInMillis"),
                    )
                )
        return found

    def gateway_responses(self) -> dict[str, Resource]:
        """What the gateway answers by itself."""
        api = next(iter(self.of_type("AWS::ApiGateway::RestApi").values()))
        return api["Body"].get("x-amazon-apigateway-gateway-responses", {})

    def statements(self) -> Iterator[tuple[str, Resource]]:
        """Every statement of every policy but who may assume a role, with the resource it stands in."""
        for name, resource in self.resources.items():
            for key, document in _documents(resource.get("Properties", {})):
                if key != "AssumeRolePolicyDocument":
                    for statement in _flat(document.get("Statement", [])):
                        yield name, statement

    def _paths(self) -> dict[str, Any]:
        api = next(iter(self.of_type("AWS::ApiGateway::RestApi").values()))
        return api["Body"]["paths"]


def refers_to(value: Any, name: str) -> bool:
    """Whether a value holds a reference to a resource."""
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
    """Statements, those inside an `Fn::If` included."""
    for statement in statements if isinstance(statements, list) else [statements]:
        if "Fn::If" in statement:
            yield from _flat([inner for inner in statement["Fn::If"][1:] if "Ref" not in inner])
        else:
            yield statement
