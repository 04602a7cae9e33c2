"""What the rest of the template is held to: functions, roles, settings, logs, database, migrations, schedule."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import settings
from contract import Contract
from stack import Stack, refers_to

# Statements that may say `Resource: '*'`, by resource and Sid: AWS offers nothing narrower for their actions.
ANY_RESOURCE = {
    ("FunctionBasics", "DescribeNetwork"): {"ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"},
    ("FunctionBasics", "Trace"): {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
}
# Names with a `*` within, by who may say them: of what has no name yet, of every Region that a profile may choose, and of
# buckets that CloudFormation names.
WILD_NAMES = {
    "FunctionBasics": ":ec2:${AWS::Region}:${AWS::AccountId}:*/*",
    "ModelInvocation": ":bedrock:*::foundation-model/",
    "BedrockEndpoint": ":bedrock:*::foundation-model/",
    "S3Endpoint": ":s3:::cloudformation-custom-resource-response-*",
}
# An address that CloudFormation signed is used by nobody of this account.
ANY_PRINCIPAL = {"S3Endpoint"}
# AWS's own policy for what serves the whole account: API Gateway's log.
AWS_POLICIES = {"GatewayLogRole": "service-role/AmazonAPIGatewayPushToCloudWatchLogs"}
# What every function may, and what those may besides that ask a model: policies, and what each allows.
EVERY_FUNCTION = {"FunctionBasics", "DatabaseSignIn"}
ASKING_A_MODEL = {"ModelKey", "ModelInvocation"}
ASKING = {"insight", "definition", "chat"}
ALLOWED = {
    "FunctionBasics": {
        *("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses"),
        *("ec2:UnassignPrivateIpAddresses", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"),
        *("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
    },
    "DatabaseSignIn": {"rds-db:connect", "secretsmanager:GetSecretValue"},
    "ModelKey": {"secretsmanager:GetSecretValue"},
    "ModelInvocation": {"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"},
}
# What may reach what, by security group.
MAY_REACH = {
    "ProxySecurityGroup": {"FunctionSecurityGroup", "GenerationSecurityGroup", "MigrateSecurityGroup"},
    "EndpointSecurityGroup": {"FunctionSecurityGroup", "GenerationSecurityGroup", "MigrateSecurityGroup"},
    "DatabaseSecurityGroup": {"ProxySecurityGroup"},
}
# What the parameter ReserveConcurrency says it needs, less the 100 that Lambda keeps for all other functions.
MOST_RESERVED = 600


def every_function_is_built_and_run_alike(stack: Stack, contract: Contract) -> Iterator[str]:
    """One resource for each folder of `functions/`, on Amazon Linux 2023, in the private subnets, traced."""
    functions = stack.functions()
    for name in sorted(contract.functions ^ set(functions)):
        yield f"{name} is a folder of functions/ or a function of the template, and not both"
    for name, (logical, its) in functions.items():
        built = stack.template["Built"][logical]
        if built["CodeUri"] != f"functions/{name}" or built.get("BuildMethod") != "rust-cargolambda":
            yield f"{logical}: CodeUri or BuildMethod is not {name}'s"
        if (its.get("Runtime"), its.get("Handler")) != ("provided.al2023", "bootstrap"):
            yield f"{logical}: Runtime or Handler"
        if not refers_to(its.get("Architectures"), "Architecture"):
            yield f"{logical}: Architectures is not the parameter's"
        if not all(refers_to(its.get("VpcConfig"), subnet) for subnet in ("PrivateSubnetA", "PrivateSubnetB")):
            yield f"{logical} is not in both private subnets"
        if its.get("TracingConfig") != {"Mode": "Active"}:
            yield f"{logical} is not traced"
        if its.get("FunctionName") != {"Fn::Sub": f"${{AWS::StackName}}-{name}"}:
            yield f"{logical}: FunctionName is not the stack's and {name}"


def concurrency_is_reserved(stack: Stack, contract: Contract) -> Iterator[str]:
    """For each function, and all together less than an account has."""
    total = 0
    for name, (logical, its) in stack.functions().items():
        reserved = its.get("ReservedConcurrentExecutions", {})
        value = reserved.get("Fn::If", ["", 0])[1] if isinstance(reserved, dict) else reserved
        if not value:
            yield f"{logical} has no ReservedConcurrentExecutions"
        total += value
        if not its.get("Timeout") or not its.get("MemorySize"):
            yield f"{logical} has no Timeout or MemorySize of its own"
    if total > MOST_RESERVED:
        yield f"{total} executions are reserved; ReserveConcurrency says that {MOST_RESERVED} are enough"


def settings_are_those_that_are_read(stack: Stack, contract: Contract) -> Iterator[str]:
    """`settings.py` is what each function is given, and what the code reads."""
    for name, (logical, its) in stack.functions().items():
        given = set(its.get("Environment", {}).get("Variables", {}))
        wanted = {setting for setting, functions in settings.SETTINGS.items() if name in functions}
        yield from (f"{logical} is not given {setting}, which {name} reads" for setting in sorted(wanted - given))
        yield from (f"{logical} is given {setting}, which {name} does not read" for setting in sorted(given - wanted))
        for setting in sorted(given):
            if re.search(r"KEY|PASSWORD|TOKEN$", setting) and "MAX_" not in setting:
                yield f"{logical}: {setting} looks like a secret; secrets are read from Secrets Manager"
    known = set(settings.SETTINGS) | set(settings.ELSEWHERE)
    for setting in sorted(contract.settings - known):
        yield f"{setting} is read by the code and stands in no list of dev/settings.py"
    for setting in sorted(set(settings.SETTINGS) - contract.settings):
        yield f"{setting} is given to functions, and no code reads it"


def logs_end(stack: Stack, contract: Contract) -> Iterator[str]:
    """Each log is kept for a time, and each function writes its own."""
    logs = stack.of_type("AWS::Logs::LogGroup")
    yield from (f"{name} has no RetentionInDays" for name, its in logs.items() if not its.get("RetentionInDays"))
    for name, (logical, its) in stack.functions().items():
        own = [log for log in logs if refers_to(its.get("LoggingConfig"), log)]
        text = json.dumps([logs[log].get("LogGroupName") for log in own])
        if len(own) != 1 or not text.endswith(f'-{name}"}}]'):
            yield f"{logical}: LoggingConfig names no log group of its own"


def rights_are_narrow(stack: Stack, contract: Contract) -> Iterator[str]:
    """No `*`, but where AWS offers nothing narrower; a role for each function."""
    for where, statement in stack.statements():
        if statement.get("Effect") == "Deny":
            continue
        actions = _listed(statement.get("Action", []))
        yield from (f"{where}: action {action}" for action in actions if "*" in str(action))
        yield from (f"{where}: {key} allows all but what it names" for key in ("NotAction", "NotResource") if key in statement)
        for resource in _listed(statement.get("Resource")):
            name = json.dumps(resource)
            known = WILD_NAMES.get(where)
            if resource != "*" and "*" in (name.replace(known, "") if known else name):
                yield f"{where}: {name} is the name of many"
            if resource in ("*", None) and not set(actions) <= ANY_RESOURCE.get((where, statement.get("Sid")), set()):
                yield f"{where}: {', '.join(actions)} on every resource"
        ours = statement.get("Condition", {}).get("StringEquals", {}).get("aws:PrincipalAccount")
        if "*" in json.dumps(statement.get("Principal", "")) and not ours and where not in ANY_PRINCIPAL:
            yield f"{where}: for everybody"
    roles = [json.dumps(its.get("Role")) for _, its in stack.functions().values()]
    yield from (f"{role} is the role of several functions" for role in sorted(set(roles)) if roles.count(role) > 1)
    for name, role in stack.of_type("AWS::IAM::Role").items():
        for policy in role.get("ManagedPolicyArns", []):
            text = json.dumps(policy)
            if ":policy/" in text and AWS_POLICIES.get(name, "none of AWS's") not in text:
                yield f"{name}: {text} is wider than what it is for"


def rights_are_those_that_are_needed(stack: Stack, contract: Contract) -> Iterator[str]:
    """Each function's role has the policies that its work needs, and each policy the actions."""
    roles = stack.of_type("AWS::IAM::Role")
    for name, (logical, its) in stack.functions().items():
        role = next((role for role in roles if refers_to(its.get("Role"), role)), "")
        text = json.dumps(roles.get(role, {}).get("ManagedPolicyArns", []))
        had = set(re.findall(r'"Ref": "(\w+)"', text))
        wanted = EVERY_FUNCTION | (ASKING_A_MODEL if name in ASKING else set())
        yield from (f"{logical}: {role} has {policy}, which {name} does not need" for policy in sorted(had - wanted))
        yield from (f"{logical}: {role} lacks {policy}, which {name} needs" for policy in sorted(wanted - had))
    allowed: dict[str, set[str]] = {}
    for where, statement in stack.statements():
        if statement.get("Effect") == "Allow":
            allowed.setdefault(where, set()).update(_listed(statement.get("Action", [])))
    for policy, wanted in ALLOWED.items():
        for action in sorted(allowed.get(policy, set()) ^ wanted):
            yield f"{policy}: {action} is allowed or needed, and not both"


def only_the_proxy_reaches_the_database(stack: Stack, contract: Contract) -> Iterator[str]:
    """And only functions reach the proxy, by TLS."""
    for name, proxy in stack.of_type("AWS::RDS::DBProxy").items():
        if proxy.get("RequireTLS") is not True:
            yield f"{name}: RequireTLS is not true"
    for name, rule in stack.of_type("AWS::EC2::SecurityGroupIngress").items():
        group, source = (json.dumps(rule.get(key)) for key in ("GroupId", "SourceSecurityGroupId"))
        allowed = next((sources for target, sources in MAY_REACH.items() if f'"{target}"' in group), set())
        if not any(f'"{each}"' in source for each in allowed):
            yield f"{name}: {source} may not reach {group}"
    for name, group in stack.of_type("AWS::EC2::SecurityGroup").items():
        if "SecurityGroupIngress" in group:
            yield f"{name}: who may reach it is said by AWS::EC2::SecurityGroupIngress, and by nothing else"
        if not group.get("SecurityGroupEgress"):
            yield f"{name}: without SecurityGroupEgress everything may be reached from it"
    for name, its in stack.of_type("AWS::RDS::DBInstance").items():
        if its.get("PubliclyAccessible") is not False:
            yield f"{name} is not kept from the internet"
    for name, its in stack.of_type("AWS::RDS::DBCluster").items():
        if its.get("StorageEncrypted") is not True or its.get("ManageMasterUserPassword") is not True:
            yield f"{name}: StorageEncrypted or ManageMasterUserPassword"
        if {stack.resources[name].get(key) for key in ("DeletionPolicy", "UpdateReplacePolicy")} != {"Snapshot"}:
            yield f"{name} may go without a snapshot"
    for logical, its in stack.functions().values():
        if not refers_to(its.get("Environment", {}).get("Variables", {}).get("DB_HOST"), "DatabaseProxy"):
            yield f"{logical}: DB_HOST is not the proxy's"


def migrations_come_first(stack: Stack, contract: Contract) -> Iterator[str]:
    """Called for each new build of `migrate`, and before any function is updated."""
    migrations = stack.of_type("Custom::Migrations").get("Migrations")
    if migrations is None:
        yield "nothing applies the migrations"
        return
    logical, migrate = stack.functions()["migrate"]
    versions = [name for name in stack.of_type("AWS::Lambda::Version") if name.startswith(f"{logical}Version")]
    if not any(refers_to(migrations.get("Build"), version) for version in versions):
        yield "Migrations: Build is not migrate's version, so that a new migration would not be applied"
    if not refers_to(migrations.get("ServiceToken"), f"{logical}Aliaslive"):
        yield "Migrations: ServiceToken is not migrate's alias"
    if migrations.get("ServiceTimeout", 3600) <= migrate.get("Timeout", 3):
        yield "Migrations: ServiceTimeout is not above migrate's Timeout"
    first = stack.resources["Migrations"].get("DependsOn", [])
    for needed in ("S3Endpoint", "SecretsEndpoint", "DatabaseProxyTargets", "ProxyFromMigrate"):
        if needed not in first:
            yield f"Migrations do not wait for {needed}"
    for name, (function, _) in stack.functions().items():
        after = stack.resources[function].get("DependsOn", [])
        if name != "migrate" and "Migrations" not in (after if isinstance(after, list) else [after]):
            yield f"{function} does not depend on Migrations, and may be updated before them"


def cleanup_is_called(stack: Stack, contract: Contract) -> Iterator[str]:
    """By a schedule that tries again and keeps what failed; each of its jobs is watched."""
    schedules = stack.of_type("AWS::Scheduler::Schedule")
    logical, _ = stack.functions()["cleanup"]
    targets = [its for its in schedules.values() if refers_to(its.get("Target"), f"{logical}Aliaslive")]
    if not targets or any(its.get("State", "ENABLED") != "ENABLED" for its in targets):
        yield "no schedule calls cleanup"
    for its in targets:
        if not its["Target"].get("RetryPolicy") or not its["Target"].get("DeadLetterConfig"):
            yield "the schedule of cleanup does not try again, or does not keep what failed"
    alarm = json.dumps(stack.of_type("AWS::CloudWatch::Alarm").get("FailingCleanup", {}))
    watched = set(re.findall(r'"Name": "Job", "Value": "(\w+)"', alarm))
    for job in sorted(contract.jobs ^ watched):
        yield f"{job} is a job of cleanup or watched by FailingCleanup, and not both"


def alarms_and_dashboard_are_whole(stack: Stack, contract: Contract) -> Iterator[str]:
    """Each alarm tells somebody; the dashboard is JSON."""
    for name, alarm in stack.of_type("AWS::CloudWatch::Alarm").items():
        if not refers_to(alarm.get("AlarmActions"), "AlarmTopic") or not alarm.get("AlarmDescription"):
            yield f"{name} tells nobody, or not what is wrong"
    for name, its in stack.of_type("AWS::CloudWatch::Dashboard").items():
        try:
            json.loads(re.sub(r"\$\{[^}]*\}", "x", its["DashboardBody"]["Fn::Sub"]))
        except ValueError as error:
            yield f"{name}: {error}"


def _listed(value: Any) -> list[Any]:
    """A policy may say one thing without a list."""
    return value if isinstance(value, list) else [value]


RULES = (
    every_function_is_built_and_run_alike,
    concurrency_is_reserved,
    settings_are_those_that_are_read,
    logs_end,
    rights_are_narrow,
    rights_are_those_that_are_needed,
    only_the_proxy_reaches_the_database,
    migrations_come_first,
    cleanup_is_called,
    alarms_and_dashboard_are_whole,
)
