"""Rules for the rest of the template: functions, permissions, settings, logs, database, migrations, cleanup, alarms."""

import json
import re
from collections.abc import Iterator
from typing import Any

import postgres
import settings
from code_facts import CodeFacts
from stack import Stack, refers_to

# Actions for which AWS offers nothing narrower than `Resource: '*'`, by resource and Sid.
ANY_RESOURCE = {
    ("FunctionBasics", "DescribeNetwork"): {"ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"},
    ("FunctionBasics", "Trace"): {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
    ("Tracing", "Trace"): {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
}
# Resource names that may contain a `*`: those of things without a name yet, of every Region that a profile may choose,
# and of buckets that CloudFormation names.
WILD_NAMES = {
    "FunctionBasics": ":ec2:${AWS::Region}:${AWS::AccountId}:*/*",
    "ModelInvocation": ":bedrock:*::foundation-model/",
    "BedrockEndpoint": ":bedrock:*::foundation-model/",
    "S3Endpoint": ":s3:::cloudformation-custom-resource-response-*",
}
# CloudFormation's signed addresses are used by a principal outside this account.
ANY_PRINCIPAL = {"S3Endpoint"}
# AWS's own policy for the API Gateway log, which serves the whole account.
AWS_POLICIES = {"GatewayLogRole": "service-role/AmazonAPIGatewayPushToCloudWatchLogs"}
# The policies of functions with and without the database, those of functions that call a model, and the actions of each
# policy.
DATABASE_POLICIES = {"FunctionBasics", "DatabaseSignIn"}
OTHER_POLICIES = {"Tracing"}
MODEL_POLICIES = {"ModelKey", "ModelInvocation"}
ALLOWED = {
    "FunctionBasics": {
        *("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses"),
        *("ec2:UnassignPrivateIpAddresses", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"),
        *("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
    },
    "Tracing": {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},
    "DatabaseSignIn": {"rds-db:connect", "secretsmanager:GetSecretValue"},
    "ModelKey": {"secretsmanager:GetSecretValue"},
    "ModelInvocation": {"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"},
}
# The security groups that may reach a security group.
FUNCTION_GROUPS = {"FunctionSecurityGroup", "GenerationSecurityGroup", "MigrateSecurityGroup"}
MAY_REACH = {
    "ProxySecurityGroup": FUNCTION_GROUPS,
    "EndpointSecurityGroup": FUNCTION_GROUPS,
    "DatabaseSecurityGroup": {"ProxySecurityGroup"},
}
# The number in the description of the parameter ReserveConcurrency, less the 100 that Lambda keeps unreserved.
MOST_RESERVED = 600


def functions_have_the_same_build_and_runtime(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """One resource for each folder of `functions/`, on Amazon Linux 2023, traced; in the private subnets to use the
    database, and in no network otherwise."""
    functions = stack.functions()
    for name in sorted(facts.functions ^ set(functions)):
        yield f"{name} is only a folder of functions/ or only a function of the template"
    for name, (logical, its) in functions.items():
        built = stack.template["Built"][logical]
        if built["CodeUri"] != f"functions/{name}" or built.get("BuildMethod") != "rust-cargolambda":
            yield f"{logical}: CodeUri or BuildMethod is not that of {name}"
        if (its.get("Runtime"), its.get("Handler")) != ("provided.al2023", "bootstrap"):
            yield f"{logical}: Runtime or Handler"
        if not refers_to(its.get("Architectures"), "Architecture"):
            yield f"{logical}: Architectures is not the parameter's"
        subnets = [refers_to(its.get("VpcConfig"), subnet) for subnet in ("PrivateSubnetA", "PrivateSubnetB")]
        if name in settings.DATABASE and not all(subnets):
            yield f"{logical} is not in both private subnets"
        if name not in settings.DATABASE and "VpcConfig" in its:
            yield f"{logical} is in a network, which {name} does not need"
        if its.get("TracingConfig") != {"Mode": "Active"}:
            yield f"{logical} is not traced"
        if its.get("FunctionName") != {"Fn::Sub": f"${{AWS::StackName}}-{name}"}:
            yield f"{logical}: FunctionName is not the stack's and {name}"


def concurrency_is_reserved(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """For each function, and for all together less than an account has."""
    total = 0
    for _, (logical, its) in stack.functions().items():
        reserved = its.get("ReservedConcurrentExecutions", {})
        value = reserved.get("Fn::If", ["", 0])[1] if isinstance(reserved, dict) else reserved
        if not value:
            yield f"{logical} has no ReservedConcurrentExecutions"
        total += value
        if not its.get("Timeout") or not its.get("MemorySize"):
            yield f"{logical} has no Timeout or MemorySize of its own"
    if total > MOST_RESERVED:
        yield f"{total} executions are reserved; the description of ReserveConcurrency allows {MOST_RESERVED}"


def settings_match_the_code(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """`settings.py` lists the settings of each function in the template, and those that the code reads."""
    for name, (logical, its) in stack.functions().items():
        given = set(its.get("Environment", {}).get("Variables", {}))
        wanted = {setting for setting, functions in settings.SETTINGS.items() if name in functions}
        yield from (f"{logical} lacks {setting}, which {name} reads" for setting in sorted(wanted - given))
        yield from (f"{logical} has {setting}, which {name} does not read" for setting in sorted(given - wanted))
        for setting in sorted(given):
            if re.search(r"KEY|PASSWORD|TOKEN$", setting) and "MAX_" not in setting:
                yield f"{logical}: {setting} looks like a secret; functions read secrets from Secrets Manager"
    known = set(settings.SETTINGS) | set(settings.ELSEWHERE)
    for setting in sorted(facts.settings - known):
        yield f"the code reads {setting}, which dev/settings.py does not list"
    for setting in sorted(set(settings.SETTINGS) - facts.settings):
        yield f"functions have {setting}, which no code reads"


def logs_end(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """Each log has a retention time, and each function a log of its own."""
    logs = stack.of_type("AWS::Logs::LogGroup")
    yield from (f"{name} has no RetentionInDays" for name, its in logs.items() if not its.get("RetentionInDays"))
    for name, (logical, its) in stack.functions().items():
        own = [log for log in logs if refers_to(its.get("LoggingConfig"), log)]
        text = json.dumps([logs[log].get("LogGroupName") for log in own])
        if len(own) != 1 or not text.endswith(f'-{name}"}}]'):
            yield f"{logical}: LoggingConfig names no log group of its own"


def permissions_are_narrow(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """No `*` except where AWS offers nothing narrower; a role for each function."""
    for holder, statement in stack.statements():
        if statement.get("Effect") == "Deny":
            continue
        actions = _list(statement.get("Action", []))
        yield from (f"{holder}: action {action}" for action in actions if "*" in str(action))
        excluding = [key for key in ("NotAction", "NotResource") if key in statement]
        yield from (f"{holder}: {key} allows everything except what it names" for key in excluding)
        for resource in _list(statement.get("Resource")):
            name = json.dumps(resource)
            known = WILD_NAMES.get(holder)
            if resource != "*" and "*" in (name.replace(known, "") if known else name):
                yield f"{holder}: {name} names several resources"
            allowed = ANY_RESOURCE.get((holder, str(statement.get("Sid"))), set())
            if resource in ("*", None) and not set(actions) <= allowed:
                yield f"{holder}: {', '.join(actions)} on every resource"
        own = statement.get("Condition", {}).get("StringEquals", {}).get("aws:PrincipalAccount")
        if "*" in json.dumps(statement.get("Principal", "")) and not own and holder not in ANY_PRINCIPAL:
            yield f"{holder}: for every principal"
    roles = [json.dumps(its.get("Role")) for _, its in stack.functions().values()]
    yield from (f"several functions have the role {role}" for role in sorted(set(roles)) if roles.count(role) > 1)
    for name, its in stack.of_type("AWS::IAM::Role").items():
        for policy in its.get("ManagedPolicyArns", []):
            text = json.dumps(policy)
            if ":policy/" in text and AWS_POLICIES.get(name, "no policy of AWS") not in text:
                yield f"{name}: {text} allows more than its purpose needs"


def permissions_are_needed(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """Each function's role has the policies that it needs, and each policy the actions that it needs."""
    roles = stack.of_type("AWS::IAM::Role")
    for name, (logical, its) in stack.functions().items():
        role = next((role for role in roles if refers_to(its.get("Role"), role)), "")
        had = set(re.findall(r'"Ref": "(\w+)"', json.dumps(roles.get(role, {}).get("ManagedPolicyArns", []))))
        wanted = DATABASE_POLICIES if name in settings.DATABASE else OTHER_POLICIES
        wanted = wanted | (MODEL_POLICIES if name in settings.GENERATION else set())
        yield from (f"{logical}: {role} has {policy}, which {name} does not need" for policy in sorted(had - wanted))
        yield from (f"{logical}: {role} lacks {policy}, which {name} needs" for policy in sorted(wanted - had))
    allowed: dict[str, set[str]] = {}
    for holder, statement in stack.statements():
        if statement.get("Effect") == "Allow":
            allowed.setdefault(holder, set()).update(_list(statement.get("Action", [])))
    for policy, actions in ALLOWED.items():
        for action in sorted(allowed.get(policy, set()) ^ actions):
            yield f"{policy}: {action} is only allowed or only needed"


def only_the_proxy_reaches_the_database(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """And only functions reach the proxy, by TLS."""
    for name, proxy in stack.of_type("AWS::RDS::DBProxy").items():
        if proxy.get("RequireTLS") is not True:
            yield f"{name}: RequireTLS is not true"
    for name, rule in stack.of_type("AWS::EC2::SecurityGroupIngress").items():
        group, source = (json.dumps(rule.get(key)) for key in ("GroupId", "SourceSecurityGroupId"))
        allowed = next((sources for target, sources in MAY_REACH.items() if f'"{target}"' in group), set())
        if not any(f'"{each}"' in source for each in allowed):
            yield f"{name}: {source} may not reach {group}"
    for name, its in stack.of_type("AWS::EC2::SecurityGroup").items():
        if "SecurityGroupIngress" in its:
            yield f"{name}: only AWS::EC2::SecurityGroupIngress may open it"
        if not its.get("SecurityGroupEgress"):
            yield f"{name}: without SecurityGroupEgress it may reach everything"
    for name, its in stack.of_type("AWS::RDS::DBInstance").items():
        if its.get("PubliclyAccessible") is not False:
            yield f"{name} is reachable from the internet"
    for name, its in stack.of_type("AWS::RDS::DBCluster").items():
        if its.get("StorageEncrypted") is not True or its.get("ManageMasterUserPassword") is not True:
            yield f"{name}: StorageEncrypted or ManageMasterUserPassword"
        if {stack.resources[name].get(key) for key in ("DeletionPolicy", "UpdateReplacePolicy")} != {"Snapshot"}:
            yield f"{name} may be deleted without a snapshot"
    for name, (logical, its) in stack.functions().items():
        host = its.get("Environment", {}).get("Variables", {}).get("DB_HOST")
        if name in settings.DATABASE and not refers_to(host, "DatabaseProxy"):
            yield f"{logical}: DB_HOST is not the proxy's"


def statements_end_on_the_server(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """The cluster has the time limits of the local server."""
    groups = stack.of_type("AWS::RDS::DBClusterParameterGroup")
    for name, its in groups.items():
        for limit, value in postgres.LIMITS.items():
            if its.get("Parameters", {}).get(limit) != value:
                yield f"{name}: {limit} is not {value}, as in dev/postgres.py"
    for name, its in stack.of_type("AWS::RDS::DBCluster").items():
        if not any(refers_to(its.get("DBClusterParameterGroupName"), group) for group in groups):
            yield f"{name} has no parameter group of the template"


def migrations_come_first(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """The deployment calls each new build of `migrate` before it updates another function."""
    migrations = stack.of_type("Custom::Migrations").get("Migrations")
    if migrations is None:
        yield "no resource applies the migrations"
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
        if name != "migrate" and "Migrations" not in _list(stack.resources[function].get("DependsOn", [])):
            yield f"{function} does not depend on Migrations, and may be updated before them"


def cleanup_is_called(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """By a schedule that retries and keeps failed calls; an alarm watches each job."""
    schedules = stack.of_type("AWS::Scheduler::Schedule")
    logical, _ = stack.functions()["cleanup"]
    targets = [its for its in schedules.values() if refers_to(its.get("Target"), f"{logical}Aliaslive")]
    if not targets or any(its.get("State", "ENABLED") != "ENABLED" for its in targets):
        yield "no schedule calls cleanup"
    for its in targets:
        if not its["Target"].get("RetryPolicy") or not its["Target"].get("DeadLetterConfig"):
            yield "the schedule of cleanup does not retry, or does not keep failed calls"
    alarm = json.dumps(stack.of_type("AWS::CloudWatch::Alarm").get("FailingCleanup", {}))
    watched = set(re.findall(r'"Name": "Job", "Value": "(\w+)"', alarm))
    for job in sorted(facts.jobs ^ watched):
        yield f"{job} is only a job of cleanup or only watched by FailingCleanup"


def alarms_and_dashboard_are_complete(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """Each alarm sends a message; the dashboard is JSON."""
    for name, alarm in stack.of_type("AWS::CloudWatch::Alarm").items():
        if not refers_to(alarm.get("AlarmActions"), "AlarmTopic") or not alarm.get("AlarmDescription"):
            yield f"{name} sends no message, or has no description"
    for name, its in stack.of_type("AWS::CloudWatch::Dashboard").items():
        try:
            json.loads(re.sub(r"\$\{[^}]*\}", "x", its["DashboardBody"]["Fn::Sub"]))
        except ValueError as error:
            yield f"{name}: {error}"


def _list(value: Any) -> list[Any]:
    """A single value need not be a list in a policy."""
    return value if isinstance(value, list) else [value]
