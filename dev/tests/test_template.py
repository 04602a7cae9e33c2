"""Every rule of the template finds a broken line; the deployment's own functions."""

import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

import clone
import code_facts
import deploy
import sam
import stack_rules
import template_check
from output import Failure
from stack import Stack

# A line of the template, its replacement, and a part of the finding.
BROKEN = [
    ("Path: /api/books, Method: ANY", "Path: /api/bookz, Method: ANY", "GET /api/books is not an event of any function; it belongs to bible"),
    ("Data: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /api/user/data", "Data: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /api/user/date", "DELETE /api/user/data is not an event"),
    ("Path: /api/insights/history, Method: ANY", "Path: /api/insights/histories, Method: ANY", "ANY /api/insights/histories goes to insight and is not a route"),
    ("Path: /api/passage, Method: ANY", "Path: /api/passage, Method: GET", "/api/passage has no event with Method ANY"),
    ("Path: '/api/user/link/{proxy+}'", "Path: '/api/user/link/other'", "/api/user/link/{proxy+} has no event"),
    ("Path: /, Method: ANY", "Path: /root, Method: ANY", "/ has no event with Method ANY"),
    ("Path: /api/user/export, Method: GET, ResponseTransferMode: RESPONSE_STREAM", "Path: /api/user/export, Method: GET", "GET /api/user/export streams and lacks"),
    ("Path: /api/chat/message, Method: POST, ResponseTransferMode: RESPONSE_STREAM", "Path: /api/chat/message, Method: POST, ResponseTransferMode: STREAM", "POST /api/chat/message streams and lacks"),
    ("Path: /api/user/import, Method: ANY", "Path: /api/user/import, Method: ANY, ResponseTransferMode: RESPONSE_STREAM", "ANY /api/user/import does not stream"),
    ("TimeoutInMillis: 185000", "TimeoutInMillis: 180000", "TimeoutInMillis must be above chat's 180000 ms"),
    ("Timeout: 28\n      # Each waits", "Timeout: 29\n      # Each waits", "insight: Timeout is 29000 ms"),
    ("EndpointConfiguration: {Type: REGIONAL}", "EndpointConfiguration: {Type: EDGE}", "Api is not REGIONAL"),
    ("      OpenApiVersion: 3.0.1\n", "", "makes a second stage, Stage"),
    ('"status":"$context.status"', '"ip":"$context.identity.sourceIp"', "the access log contains identity"),
    ("DataTraceEnabled: false", "DataTraceEnabled: true", "log the texts of users"),
    ("          ThrottlingRateLimit: !Ref ThrottleRate\n", "", "Apiv1Stage is not throttled"),
    ("        REQUEST_TOO_LARGE:\n", "        REQUEST_TOO_LONG:\n", "REQUEST_TOO_LARGE"),
    ("          StatusCode: '404'\n", "          StatusCode: '403'\n", "MISSING_AUTHENTICATION_TOKEN: status and body must have 404"),
    ("              Retry-After: \"'1'\"\n", "", "THROTTLED: Retry-After is missing"),
    ("BuildProperties: {Binary: chat}", "BuildProperties: {Binary: chatter}", "chatter is only a folder of functions/ or only a function of the template"),
    ("Runtime: provided.al2023", "Runtime: provided.al2", "BibleFunction: Runtime or Handler"),
    ("    Tracing: Active\n", "", "BibleFunction is not traced"),
    ("      ReservedConcurrentExecutions: !If [Reserves, 20, !Ref AWS::NoValue]\n", "", "DeviceLinkFunction has no ReservedConcurrentExecutions"),
    ("!If [Reserves, 200, !Ref AWS::NoValue]", "!If [Reserves, 400, !Ref AWS::NoValue]", "executions are reserved; the description of ReserveConcurrency allows"),
    ("          WRONG_CODES: !Ref WrongCodes\n", "", "DeviceLinkFunction lacks WRONG_CODES, which device-link reads"),
    ("        VERSE_ENV: production\n", "        VERSE_ENV: production\n        VERSE_MODE: fast\n", "BibleFunction has VERSE_MODE, which bible does not read"),
    ("Binary: study}}\n    Properties:\n", "Binary: study}}\n    Properties:\n      VpcConfig: {SubnetIds: [!Ref PrivateSubnetA], SecurityGroupIds: [!Ref FunctionSecurityGroup]}\n", "StudyFunction is in a network, which study does not need"),
    ("      ManagedPolicyArns: [!Ref Tracing]\n", "      ManagedPolicyArns: [!Ref Tracing, !Ref DatabaseSignIn]\n", "StudyRole has DatabaseSignIn, which study does not need"),
    ("          AI_SECRET_ARN: !Ref AiSecretArn\n", "          ANTHROPIC_API_KEY: secret\n", "InsightFunction: ANTHROPIC_API_KEY looks like a secret"),
    ("-bible', RetentionInDays: !Ref LogRetentionDays}", "-bible'}", "BibleLog has no RetentionInDays"),
    ("LoggingConfig: {LogGroup: !Ref UserLog}", "LoggingConfig: {LogGroup: !Ref ChatLog}", "UserFunction: LoggingConfig names no log group of its own"),
    ("Action: rds-db:connect", "Action: rds-db:*", "DatabaseSignIn: action rds-db:*"),
    ("Action: sqs:SendMessage, Resource: !GetAtt CleanupFailures.Arn}]", "Action: sqs:SendMessage, Resource: '*'}]", "CleanupRole: sqs:SendMessage on every resource"),
    ("[ec2:DescribeNetworkInterfaces, ec2:DescribeSubnets]", "[ec2:DescribeNetworkInterfaces, ec2:CreateVpc]", "FunctionBasics: ec2:DescribeNetworkInterfaces, ec2:CreateVpc on every resource"),
    ("            Action: s3:PutObject\n", "            NotAction: s3:PutObject\n", "S3Endpoint: NotAction allows everything except"),
    ("Resource: !GetAtt Database.MasterUserSecret.SecretArn}", "Resource: 'arn:aws:secretsmanager:*:*:secret:*'}", "names several resources"),
    ("Role: !GetAtt UserRole.Arn", "Role: !GetAtt ChatRole.Arn", "several functions have the role"),
    ("      ManagedPolicyArns: [!Ref FunctionBasics, !Ref DatabaseSignIn]\n", "      ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess']\n", "AdministratorAccess"),
    ("            Condition: {StringEquals: {aws:PrincipalAccount: !Ref AWS::AccountId}}\n", "", "SecretsEndpoint: for every principal"),
    ("        - !If [HasAiSecret, !Ref ModelKey, !Ref AWS::NoValue]\n", "", "lacks ModelKey, which"),
    ("Action: [bedrock:InvokeModel, bedrock:InvokeModelWithResponseStream]\n            Resource: *models", "Action: [bedrock:InvokeModel, bedrock:CreateModelCustomizationJob]\n            Resource: *models", "ModelInvocation: bedrock:CreateModelCustomizationJob is only allowed or only needed"),
    ("RequireTLS: true", "RequireTLS: false", "DatabaseProxy: RequireTLS is not true"),
    ("{GroupId: !Ref DatabaseSecurityGroup, IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref ProxySecurityGroup}", "{GroupId: !Ref DatabaseSecurityGroup, IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref FunctionSecurityGroup}", "DatabaseFromProxy: "),
    ("PubliclyAccessible: false", "PubliclyAccessible: true", "DatabaseWriter is reachable from the internet"),
    ("        transaction_timeout: '30000'\n", "        transaction_timeout: '0'\n", "DatabaseParameters: transaction_timeout is not 30000"),
    ("      DBClusterParameterGroupName: !Ref DatabaseParameters\n", "", "Database has no parameter group of the template"),
    ("    DeletionPolicy: Snapshot\n", "    DeletionPolicy: Delete\n", "Database may be deleted without a snapshot"),
    ("DB_HOST: !GetAtt DatabaseProxy.Endpoint", "DB_HOST: !GetAtt Database.Endpoint.Address", "BibleFunction: DB_HOST is not the proxy's"),
    ("Build: !Ref MigrateFunction.Version", "Build: '1'", "Migrations: Build is not migrate's version"),
    ("ServiceTimeout: 960", "ServiceTimeout: 900", "ServiceTimeout is not above migrate's Timeout"),
    ("      - S3Endpoint\n", "", "Migrations do not wait for S3Endpoint"),
    ("    DependsOn: Migrations\n", "", "BibleFunction does not depend on Migrations"),
    ("            ScheduleExpression: rate(1 hour)\n", "            ScheduleExpression: rate(1 hour)\n            State: DISABLED\n", "no schedule calls cleanup"),
    ("            DeadLetterConfig: {Arn: !GetAtt CleanupFailures.Arn}\n", "", "does not keep failed calls"),
    ("Value: delete_usage}", "Value: delete_uses}", "delete_usage is only a job of cleanup or only watched by FailingCleanup"),
    ("      AlarmActions: [!Ref AlarmTopic]\n", "", "FailingRequests sends no message"),
    ('{"widgets": [', '{"widgets": [[', "Dashboard: "),
]  # fmt: skip

# Errors after which there is no template to check.
UNREADABLE = [
    ("Transform: AWS::Serverless-2016-10-31", "Transform: [", "expected"),
    ("Type: Api, Properties: {RestApiId: !Ref Api, Path: /api/resolve", "Type: Apis, Properties: {RestApiId: !Ref Api, Path: /api/resolve", "Resolve"),
]  # fmt: skip

# The transformation of a template takes a second: this many lines are broken at once, and the rules must find each.
AT_ONCE = 9


def broken(text: str, lines: list[tuple[str, str, str]]) -> str:
    for old, new, _ in lines:
        assert old in text, f"template.yaml has no line to break: {old}"
        text = text.replace(old, new, 1)
    return text


class Rules(unittest.TestCase):
    groups: ClassVar[list[list[tuple[str, str, str]]]]
    whole: ClassVar[list[str]]
    findings: ClassVar[list[list[str]]]

    @classmethod
    def setUpClass(cls) -> None:
        clone.prepare_local()
        text = sam.TEMPLATE.read_text()
        cls.groups = [BROKEN[at : at + AT_ONCE] for at in range(0, len(BROKEN), AT_ONCE)]
        cls.groups += [[line] for line in UNREADABLE]
        templates = sam.transform(text, *(broken(text, group) for group in cls.groups))
        cls.whole, *cls.findings = (template_check.rule_findings(each) for each in templates)

    def test_the_template_keeps_the_rules(self) -> None:
        self.assertEqual(self.whole, [])

    def test_each_broken_line_is_found(self) -> None:
        for group, found in zip(self.groups, self.findings, strict=True):
            for old, _, expected in group:
                with self.subTest(broken=old):
                    self.assertTrue(any(expected in finding for finding in found), f"expected {expected!r} in {found}")

    def test_an_unlisted_setting_of_the_code_is_found(self) -> None:
        read = code_facts.read()
        read.settings.add("NEW_SETTING")
        stack = Stack(sam.transform()[0])
        found = list(stack_rules.settings_match_the_code(stack, read))
        self.assertEqual(found, ["the code reads NEW_SETTING, which dev/settings.py does not list"])

    def test_errors_of_samconfig_are_found(self) -> None:
        text = sam.CONFIGURATION.read_text()
        for old, new, expected in [
            ("DatabaseStandby=false", "DatabaseStandbys=false", "(dev): there is no parameter DatabaseStandbys"),
            ("AiProvider=library", "AiProvider=oracle", "(dev): AiProvider must be one of library"),
            ("AiProvider=library", "AiProvider=", "AiProvider= is not a valid format"),
            ("CorsOrigins=http://localhost:3000", "CorsOrigins=*", "(dev): CorsOrigins does not match"),
            ('stack_name = "verse-prod"', "", "(prod): no stack_name"),
        ]:
            with self.subTest(broken=old):
                deployments = sam.call("configuration", text=text.replace(old, new, 1))
                parameters = sam.transform()[0]["Parameters"]
                found = template_check.configuration_findings(deployments, parameters)
                self.assertTrue(any(expected in finding for finding in found), found)


class Deploying(unittest.TestCase):
    def test_an_unknown_environment_is_refused(self) -> None:
        for arguments in ([], ["production"], ["dev", "prod"]):
            with self.assertRaisesRegex(Failure, "ENV=dev, or ENV=prod"):
                deploy.deploy(arguments)

    def test_without_credentials_nothing_is_built(self) -> None:
        call = sam.call

        def without_credentials(function: str, **arguments: Any) -> Any:
            missing = {"error": "Unable to locate credentials"}
            return missing if function == "account" else call(function, **arguments)

        with mock.patch.object(sam, "call", without_credentials), mock.patch.object(template_check, "check") as check:
            with self.assertRaisesRegex(Failure, "Unable to locate credentials"):
                deploy.deploy(["dev"])
        check.assert_not_called()

    def test_sam_finds_the_configuration_of_an_environment(self) -> None:
        # A port that stays taken and does not listen: the test gets as far as is possible without an account.
        closed = socket.socket()
        self.addCleanup(closed.close)
        closed.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
        variables = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key", "AWS_ENDPOINT_URL": endpoint}
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(deploy, "BUILT", Path(folder)):
            text = sam.TEMPLATE.read_text()
            (Path(folder) / "template.yaml").write_text(text)
            known = sam.transform(text)[0]["Parameters"]
            deployments = sam.call("configuration", text=sam.CONFIGURATION.read_text())
            for name in deploy.ENVIRONMENTS:
                chosen = deploy.all_parameters(known, deployments[name]["parameter_overrides"])
                call = [sys.executable, str(clone.ROOT / "dev"), "sam", "deploy"]
                call += deploy.deploy_options(name, "eu-central-1", chosen)
                done = subprocess.run(
                    call, env={**os.environ, **variables}, capture_output=True, text=True, stdin=subprocess.DEVNULL
                )
                self.assertIn("Could not connect to the endpoint", done.stdout + done.stderr)

    def test_a_changed_parameter_changes_every_function(self) -> None:
        original = sam.TEMPLATE.read_text()
        functions = sam.transform(original)[0]["Built"]
        texts = []
        for limit in ("10", "20"):
            description = deploy.description_of({"DailyLimit": limit}, original)
            folders = {name: name for name in functions}
            built = sam.call("with_code", template=original, folders=folders, description=description)
            texts.append(re.findall(r"Description: With the parameters (\w+)", built))
        self.assertEqual(len(texts[0]), 9)
        self.assertEqual(len(set(texts[0])), 1)
        self.assertNotEqual(texts[0], texts[1])

    def test_every_parameter_is_passed_except_the_snapshot(self) -> None:
        known = sam.transform()[0]["Parameters"]
        passed = deploy.all_parameters(known, {"DailyLimit": "3"})
        self.assertEqual(set(known) - set(passed), {"DatabaseSnapshot"})
        self.assertEqual((passed["DailyLimit"], passed["Architecture"]), ("3", "x86_64"))
        options = deploy.deploy_options("dev", "eu-central-1", passed)
        self.assertIn('AlarmEmail=""', options)
        overrides = options[options.index("--parameter-overrides") + 1 :]
        text = f"[dev.deploy.parameters]\nparameter_overrides = {overrides!r}\n"
        read = sam.call("configuration", text=text)["dev"]["parameter_overrides"]
        self.assertEqual(read, passed)

    def test_a_region_other_than_that_of_samconfig_is_refused(self) -> None:
        with mock.patch.dict(os.environ, {"AWS_REGION": "eu-central-1"}), self.assertRaisesRegex(Failure, "us-east-1"):
            deploy.deploy(["dev"])

    def test_an_unknown_architecture_is_refused(self) -> None:
        with self.assertRaisesRegex(Failure, "x86_64, arm64"):
            deploy.build(["riscv"])


class Binaries(unittest.TestCase):
    def examined(self, machine: int, versions: str) -> None:
        with tempfile.NamedTemporaryFile() as file:
            head = b"\x7fELF".ljust(18, b"\0") + struct.pack("<H", machine)
            Path(file.name).write_bytes(head + b"\0" + versions.encode())
            deploy.check_binary(Path(file.name), "x86_64")

    def test_a_program_for_lambda_passes(self) -> None:
        self.examined(62, "GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_PRIVATE\0")

    def test_a_program_that_needs_a_newer_glibc_is_refused(self) -> None:
        with self.assertRaisesRegex(Failure, "needs glibc 2.36; Lambda's provided.al2023 has 2.34"):
            self.examined(62, "GLIBC_2.2.5\0GLIBC_2.36\0")

    def test_a_program_for_another_processor_is_refused(self) -> None:
        with self.assertRaisesRegex(Failure, "is not a program for x86_64"):
            self.examined(183, "GLIBC_2.2.5\0")
