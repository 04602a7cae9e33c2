"""Checking `template.yaml`: by SAM, by cfn-lint, and by this project's own rules."""

from __future__ import annotations

import re
from typing import Any

import api_rules
import clone
import contract
import sam
import settings
import stack_rules
from stack import Stack
from steps import say

OPERATIONS = clone.ROOT / "docs" / "operations.md"
# Of the variables that Lambda sets, nobody needs to know.
BY_LAMBDA = ("AWS_",)


def check() -> bool:
    """Asks all three, and says what they find."""
    valid = sam.sam("validate", "--lint", "--template-file", str(sam.TEMPLATE)) == 0
    linted = sam.cfn_lint(str(sam.TEMPLATE)) == 0
    found = findings([sam.TEMPLATE.read_text()])[0] + _configuration() + _documentation()
    for finding in found:
        say(f"  template.yaml: {finding}")
    if not found:
        say(f"  template.yaml keeps the {len(api_rules.RULES) + len(stack_rules.RULES)} rules of dev/*_rules.py")
    return valid and linted and not found


def findings(templates: list[str]) -> list[list[str]]:
    """For each template, what is against the rules."""
    wanted = contract.read()
    answers = []
    for transformed in sam.ask("transform", templates=templates):
        if "error" in transformed:
            answers.append([transformed["error"]])
            continue
        stack = Stack(transformed)
        answers.append([found for rule in (*api_rules.RULES, *stack_rules.RULES) for found in rule(stack, wanted)])
    return answers


def _configuration() -> list[str]:
    """`samconfig.toml` deploys both environments, with parameters that there are."""
    deployments = sam.ask("configuration", text=sam.CONFIGURATION.read_text())
    transformed = sam.ask("transform", templates=[sam.TEMPLATE.read_text()])[0]
    return configuration_findings(deployments, transformed.get("Parameters", {}))


def configuration_findings(deployments: dict[str, Any], parameters: dict[str, Any]) -> list[str]:
    """What is wrong with `samconfig.toml`, read, for a template with these parameters."""
    found = []
    for name in ("dev", "prod"):
        deploy = deployments.get(name, {})
        if not deploy.get("stack_name") or "error" in deploy:
            found.append(f"samconfig.toml ({name}): {deploy.get('error', 'no stack_name')}")
        for key, value in deploy.get("parameter_overrides", {}).items():
            its = parameters.get(key)
            allowed = [str(each) for each in its.get("AllowedValues", [])] if its else []
            if its is None:
                found.append(f"samconfig.toml ({name}): there is no parameter {key}")
            elif allowed and value not in allowed:
                found.append(f"samconfig.toml ({name}): {key} is one of {', '.join(allowed)}")
            elif "AllowedPattern" in its and not re.search(its["AllowedPattern"], value):
                found.append(f"samconfig.toml ({name}): {key} does not match {its['AllowedPattern']}")
    return found


def _documentation() -> list[str]:
    """Every setting stands in the table of docs/operations.md, and no other."""
    documented = set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", OPERATIONS.read_text(), re.MULTILINE))
    known = {name for name in {*settings.SETTINGS, *settings.ELSEWHERE} if not name.startswith(BY_LAMBDA)}
    found = [f"docs/operations.md: {name} is not in the table of settings" for name in sorted(known - documented)]
    return found + [f"docs/operations.md: {name} is no setting" for name in sorted(documented - known)]
