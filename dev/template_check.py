"""The checks of `template.yaml`: by SAM, by cfn-lint, and by this project's own rules."""

import inspect
import re
from typing import Any

import api_rules
import clone
import code_facts
import sam
import settings
import stack_rules
from output import say
from stack import Stack

# Every public function of the two modules.
RULES = [
    rule
    for module in (api_rules, stack_rules)
    for name, rule in vars(module).items()
    if inspect.isfunction(rule) and rule.__module__ == module.__name__ and not name.startswith("_")
]
OPERATIONS = clone.ROOT / "docs" / "operations.md"
# Lambda sets these variables; the documentation need not list them.
SET_BY_LAMBDA = ("AWS_",)


def check() -> bool:
    """Runs all three, and prints their findings."""
    valid = sam.sam("validate", "--lint", "--template-file", str(sam.TEMPLATE)) == 0
    linted = sam.cfn_lint(str(sam.TEMPLATE)) == 0
    deployments = sam.call("configuration", text=sam.CONFIGURATION.read_text())
    transformed = sam.transform()[0]
    found = rule_findings(transformed)
    found += configuration_findings(deployments, transformed.get("Parameters", {}))
    found += _documentation_findings()
    for finding in found:
        say(f"  template.yaml: {finding}")
    if not found:
        say(f"  template.yaml keeps the {len(RULES)} rules of dev/*_rules.py")
    return valid and linted and not found


def rule_findings(transformed: dict[str, Any]) -> list[str]:
    """The violations of the rules in a transformed template."""
    if "error" in transformed:
        return [transformed["error"]]
    stack, facts = Stack(transformed), code_facts.read()
    return [found for rule in RULES for found in rule(stack, facts)]


def configuration_findings(deployments: dict[str, Any], parameters: dict[str, Any]) -> list[str]:
    """The errors of a `samconfig.toml` for a template with these parameters."""
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
                found.append(f"samconfig.toml ({name}): {key} must be one of {', '.join(allowed)}")
            elif "AllowedPattern" in its and not re.search(its["AllowedPattern"], value):
                found.append(f"samconfig.toml ({name}): {key} does not match {its['AllowedPattern']}")
    return found


def _documentation_findings() -> list[str]:
    """The table of docs/operations.md must list every setting and no other."""
    documented = set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", OPERATIONS.read_text(), re.MULTILINE))
    known = {name for name in {*settings.SETTINGS, *settings.ELSEWHERE} if not name.startswith(SET_BY_LAMBDA)}
    found = [f"docs/operations.md: {name} is not in the table of settings" for name in sorted(known - documented)]
    return found + [f"docs/operations.md: {name} is not a setting" for name in sorted(documented - known)]
