"""What needs SAM's own libraries: `sam.ask` runs this file with them and reads its answer.

A question is the first argument; what it is asked with comes as JSON on standard input.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def transform(templates: list[str]) -> list[dict[str, Any]]:
    """Each template as CloudFormation gets to see it, or `{"error": why it is no template}`."""
    return [_transformed(text) for text in templates]


def _transformed(text: str) -> dict[str, Any]:
    import yaml
    from samcli.yamlhelper import intrinsics_multi_constructor
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    # SAM's own reading is the same with a loader that is ten times as slow.
    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        pass

    Loader.add_multi_constructor("!", intrinsics_multi_constructor)
    try:
        template = json.loads(json.dumps(yaml.load(text, Loader), default=str))
    except yaml.YAMLError as error:
        return {"error": str(error)}
    parameters = {name: its["Default"] for name, its in template["Parameters"].items() if "Default" in its}
    built = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            built[name] = {"CodeUri": resource["Properties"]["CodeUri"], **resource.get("Metadata", {})}
            # The translator knows code in S3 only, where a deployment puts it.
            resource["Properties"]["CodeUri"] = f"s3://code/{name}"
    try:
        answer = Translator({}, Parser()).translate(template, parameters, {})
    except Exception as error:  # SAM's errors have no common type; their text is what the caller shows.
        causes = [each.message for each in getattr(error, "causes", [])]
        return {"error": "; ".join(causes) or str(error)}
    return {**answer, "Built": built}


def configuration(text: str) -> dict[str, dict[str, Any]]:
    """What `samconfig.toml` deploys each environment with, its parameters read as SAM reads them."""
    import tomlkit
    from samcli.cli.types import CfnParameterOverridesType

    deployments = {}
    for name, commands in tomlkit.parse(text).unwrap().items():
        if isinstance(commands, dict) and "deploy" in commands:
            parameters = commands["deploy"]["parameters"]
            try:
                overrides = CfnParameterOverridesType().convert(parameters.get("parameter_overrides", []), None, None)
                deployments[name] = {**parameters, "parameter_overrides": overrides}
            except Exception as error:  # Of a type of click's; its text says which override.
                deployments[name] = {**parameters, "parameter_overrides": {}, "error": str(error)}
    return deployments


def point(template: str, folders: dict[str, str], description: str | None) -> str:
    """The template with each function's code in the folder that is named for it, and with a description, if there is one."""
    from samcli.yamlhelper import yaml_dump, yaml_parse

    parsed = yaml_parse(template)
    for name, folder in folders.items():
        properties = parsed["Resources"][name]["Properties"]
        properties["CodeUri"] = folder
        if description is not None:
            properties["Description"] = description
    return yaml_dump(parsed)


def account(profile: str | None, region: str | None) -> dict[str, str]:
    """Whose account the credentials at hand are for, or `{"error": why none}`."""
    import boto3

    try:
        session = boto3.Session(profile_name=profile, region_name=region)
        who = session.client("sts").get_caller_identity()
    except Exception as error:  # As above: whatever is wrong, its text says it.
        return {"error": str(error)}
    return {"account": who["Account"], "who": who["Arn"]}


def stack(name: str, profile: str | None, region: str | None) -> dict[str, Any]:
    """What a stack tells of itself, and when it was last changed; nothing if there is none."""
    import boto3
    from botocore.exceptions import ClientError

    formation = boto3.Session(profile_name=profile, region_name=region).client("cloudformation")
    try:
        told = formation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return {}
        raise
    # A change set that was never carried out leaves a stack behind that is nothing yet.
    if told["StackStatus"] == "REVIEW_IN_PROGRESS":
        return {}
    outputs = {each["OutputKey"]: each["OutputValue"] for each in told.get("Outputs", [])}
    return {"changed": str(told.get("LastUpdatedTime") or told["CreationTime"]), "outputs": outputs}


QUESTIONS = {each.__name__: each for each in (transform, configuration, point, account, stack)}

if __name__ == "__main__":
    # Its own folder comes first on Python's path, and holds modules of other names only.
    sys.path.remove(str(Path(__file__).parent))
    print("answer: " + json.dumps(QUESTIONS[sys.argv[1]](**json.load(sys.stdin))))
