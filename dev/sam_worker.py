"""Functions that need SAM's libraries: `sam.call` runs this file with them and reads the printed answer.

The name of the function is the first argument; its arguments come as JSON on standard input.
"""

import json
import sys
from pathlib import Path
from typing import Any


def transform(templates: list[str]) -> list[dict[str, Any]]:
    """Each template as CloudFormation receives it, or `{"error": …}`."""
    return [_transformed(text) for text in templates]


def _transformed(text: str) -> dict[str, Any]:
    import yaml
    from samcli.yamlhelper import intrinsics_multi_constructor
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    # SAM itself uses a loader that is ten times as slow.
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
            # The translator accepts only code in S3, where a deployment uploads it.
            resource["Properties"]["CodeUri"] = f"s3://code/{name}"
    try:
        answer = Translator({}, Parser()).translate(template, parameters, {})
    except Exception as error:  # SAM's errors have no common type.
        causes = [each.message for each in getattr(error, "causes", [])]
        return {"error": "; ".join(causes) or str(error)}
    return {**answer, "Built": built}


def configuration(text: str) -> dict[str, dict[str, Any]]:
    """The parameters of `sam deploy` in a `samconfig.toml`, for each environment; read as SAM reads them."""
    import tomlkit
    from samcli.cli.types import CfnParameterOverridesType

    deployments = {}
    for name, commands in tomlkit.parse(text).unwrap().items():
        if isinstance(commands, dict) and "deploy" in commands:
            parameters = commands["deploy"]["parameters"]
            try:
                overrides = CfnParameterOverridesType().convert(parameters.get("parameter_overrides", []), None, None)
                deployments[name] = {**parameters, "parameter_overrides": overrides}
            except Exception as error:  # Of a type of click's; its text names the override.
                deployments[name] = {**parameters, "parameter_overrides": {}, "error": str(error)}
    return deployments


def with_code(template: str, folders: dict[str, str], description: str | None) -> str:
    """The template with a folder of code for each function, and a description if there is one."""
    from samcli.yamlhelper import yaml_dump, yaml_parse

    parsed = yaml_parse(template)
    for name, folder in folders.items():
        properties = parsed["Resources"][name]["Properties"]
        properties["CodeUri"] = folder
        if description is not None:
            properties["Description"] = description
    return str(yaml_dump(parsed))


def account(profile: str | None, region: str | None) -> dict[str, str]:
    """The account and the ARN of the AWS credentials, or `{"error": …}`."""
    import boto3

    try:
        identity = boto3.Session(profile_name=profile, region_name=region).client("sts").get_caller_identity()
    except Exception as error:  # boto's errors have no common type.
        return {"error": str(error)}
    return {"account": identity["Account"], "arn": identity["Arn"]}


def stack(name: str, profile: str | None, region: str | None) -> dict[str, Any]:
    """The outputs of a stack and the time of its last change; empty when there is no stack."""
    import boto3
    from botocore.exceptions import ClientError

    cloudformation = boto3.Session(profile_name=profile, region_name=region).client("cloudformation")
    try:
        described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return {}
        raise
    # A change set that was never executed leaves an empty stack.
    if described["StackStatus"] == "REVIEW_IN_PROGRESS":
        return {}
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}
    return {"changed": str(described.get("LastUpdatedTime") or described["CreationTime"]), "outputs": outputs}


FUNCTIONS = {each.__name__: each for each in (transform, configuration, with_code, account, stack)}

if __name__ == "__main__":
    # Without the folder of this file, whose modules could hide libraries of the same name.
    sys.path.remove(str(Path(__file__).parent))
    print("answer: " + json.dumps(FUNCTIONS[sys.argv[1]](**json.load(sys.stdin))))
