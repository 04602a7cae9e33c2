"""Every rule of the template finds what it is there for: lines of the template broken one at a time."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import clone
import contract
import deploy
import sam
import stack_rules
import template
from steps import Failure

# What is replaced, by what, and what the rules then say.
BROKEN = [
    ("Path: /api/books, Method: ANY", "Path: /api/bookz, Method: ANY", "GET /api/books is no event of any function; it is bible's"),
    ("Data: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /api/user/data", "Data: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /api/user/date", "DELETE /api/user/data is no event"),
    ("Path: /api/insights/history, Method: ANY", "Path: /api/insights/histories, Method: ANY", "ANY /api/insights/histories goes to insight and is no route"),
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
    ('"status":"$context.status"', '"ip":"$context.identity.sourceIp"', "the access log holds identity"),
    ("DataTraceEnabled: false", "DataTraceEnabled: true", "log what readers write"),
    ("          ThrottlingRateLimit: !Ref ThrottleRate\n", "", "Apiv1Stage is not throttled"),
    ("        REQUEST_TOO_LARGE:\n", "        REQUEST_TOO_LONG:\n", "REQUEST_TOO_LARGE"),
    ("          StatusCode: '404'\n", "          StatusCode: '403'\n", "MISSING_AUTHENTICATION_TOKEN: status and body must say 404"),
    ("              Retry-After: \"'1'\"\n", "", "THROTTLED: Retry-After is missing"),
    ("BuildProperties: {Binary: chat}", "BuildProperties: {Binary: chatter}", "chatter is a folder of functions/ or a function of the template, and not both"),
    ("Runtime: provided.al2023", "Runtime: provided.al2", "BibleFunction: Runtime or Handler"),
    ("    Tracing: Active\n", "", "BibleFunction is not traced"),
    ("      ReservedConcurrentExecutions: !If [Reserves, 20, !Ref AWS::NoValue]\n", "", "DeviceLinkFunction has no ReservedConcurrentExecutions"),
    ("!If [Reserves, 200, !Ref AWS::NoValue]", "!If [Reserves, 400, !Ref AWS::NoValue]", "executions are reserved; ReserveConcurrency says"),
    ("          WRONG_CODES: !Ref WrongCodes\n", "", "DeviceLinkFunction is not given WRONG_CODES, which device-link reads"),
    ("        VERSE_ENV: production\n", "        VERSE_ENV: production\n        VERSE_MODE: fast\n", "BibleFunction is given VERSE_MODE, which bible does not read"),
    ("          AI_SECRET_ARN: !Ref AiSecretArn\n", "          ANTHROPIC_API_KEY: secret\n", "InsightFunction: ANTHROPIC_API_KEY looks like a secret"),
    ("-bible', RetentionInDays: !Ref LogRetentionDays}", "-bible'}", "BibleLog has no RetentionInDays"),
    ("LoggingConfig: {LogGroup: !Ref UserLog}", "LoggingConfig: {LogGroup: !Ref ChatLog}", "UserFunction: LoggingConfig names no log group of its own"),
    ("Action: rds-db:connect", "Action: rds-db:*", "DatabaseSignIn: action rds-db:*"),
    ("Action: sqs:SendMessage, Resource: !GetAtt CleanupFailures.Arn}]", "Action: sqs:SendMessage, Resource: '*'}]", "CleanupRole: sqs:SendMessage on every resource"),
    ("[ec2:DescribeNetworkInterfaces, ec2:DescribeSubnets]", "[ec2:DescribeNetworkInterfaces, ec2:CreateVpc]", "FunctionBasics: ec2:DescribeNetworkInterfaces, ec2:CreateVpc on every resource"),
    ("            Action: s3:PutObject\n", "            NotAction: s3:PutObject\n", "S3Endpoint: NotAction allows all but"),
    ("Resource: !GetAtt Database.MasterUserSecret.SecretArn}", "Resource: 'arn:aws:secretsmanager:*:*:secret:*'}", "is the name of many"),
    ("Role: !GetAtt UserRole.Arn", "Role: !GetAtt ChatRole.Arn", "is the role of several functions"),
    ("      ManagedPolicyArns: [!Ref FunctionBasics, !Ref DatabaseSignIn]\n", "      ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess']\n", "AdministratorAccess"),
    ("            Condition: {StringEquals: {aws:PrincipalAccount: !Ref AWS::AccountId}}\n", "", "SecretsEndpoint: for everybody"),
    ("        - !If [HasAiSecret, !Ref ModelKey, !Ref AWS::NoValue]\n", "", "lacks ModelKey, which"),
    ("Action: [bedrock:InvokeModel, bedrock:InvokeModelWithResponseStream]\n            Resource: *models", "Action: [bedrock:InvokeModel, bedrock:CreateModelCustomizationJob]\n            Resource: *models", "ModelInvocation: bedrock:CreateModelCustomizationJob is allowed or needed, and not both"),
    ("RequireTLS: true", "RequireTLS: false", "DatabaseProxy: RequireTLS is not true"),
    ("{GroupId: !Ref DatabaseSecurityGroup, IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref ProxySecurityGroup}", "{GroupId: !Ref DatabaseSecurityGroup, IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref FunctionSecurityGroup}", "DatabaseFromProxy: "),
    ("PubliclyAccessible: false", "PubliclyAccessible: true", "DatabaseWriter is not kept from the internet"),
    ("    DeletionPolicy: Snapshot\n", "    DeletionPolicy: Delete\n", "Database may go without a snapshot"),
    ("DB_HOST: !GetAtt DatabaseProxy.Endpoint", "DB_HOST: !GetAtt Database.Endpoint.Address", "BibleFunction: DB_HOST is not the proxy's"),
    ("Build: !Ref MigrateFunction.Version", "Build: '1'", "Migrations: Build is not migrate's version"),
    ("ServiceTimeout: 960", "ServiceTimeout: 900", "ServiceTimeout is not above migrate's Timeout"),
    ("      - S3Endpoint\n", "", "Migrations do not wait for S3Endpoint"),
    ("    DependsOn: Migrations\n", "", "BibleFunction does not depend on Migrations"),
    ("            ScheduleExpression: rate(1 hour)\n", "            ScheduleExpression: rate(1 hour)\n            State: DISABLED\n", "no schedule calls cleanup"),
    ("            DeadLetterConfig: {Arn: !GetAtt CleanupFailures.Arn}\n", "", "does not keep what failed"),
    ("Value: delete_usage}", "Value: delete_uses}", "delete_usage is a job of cleanup or watched by FailingCleanup"),
    ("      AlarmActions: [!Ref AlarmTopic]\n", "", "FailingRequests tells nobody"),
    ('{"widgets": [', '{"widgets": [[', "Dashboard: "),
]  # fmt: skip

# What leaves no template to look at.
UNREADABLE = [
    ("Transform: AWS::Serverless-2016-10-31", "Transform: [", "expected"),
    ("Type: Api, Properties: {RestApiId: !Ref Api, Path: /api/resolve", "Type: Apis, Properties: {RestApiId: !Ref Api, Path: /api/resolve", "Resolve"),
]  # fmt: skip

# A template takes a second to transform: so many lines are broken in it at once, and each has to be found.
AT_ONCE = 9


def broken(text: str, lines: list[tuple[str, str, str]]) -> str:
    for old, new, _ in lines:
        assert old in text, f"template.yaml has no line to break: {old}"
        text = text.replace(old, new, 1)
    return text


class Rules(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        clone.prepare_local()
        text = sam.TEMPLATE.read_text()
        cls.groups = [BROKEN[at : at + AT_ONCE] for at in range(0, len(BROKEN), AT_ONCE)]
        cls.groups += [[line] for line in UNREADABLE]
        cls.whole, *cls.findings = template.findings([text, *(broken(text, group) for group in cls.groups)])

    def test_the_template_keeps_them(self) -> None:
        self.assertEqual(self.whole, [])

    def test_each_broken_line_is_found(self) -> None:
        for group, found in zip(self.groups, self.findings):
            for old, _, expected in group:
                with self.subTest(broken=old):
                    self.assertTrue(any(expected in finding for finding in found), f"expected {expected!r} in {found}")

    def test_a_setting_that_the_code_reads_and_nobody_lists_is_found(self) -> None:
        read = contract.read()
        read.settings.add("NEW_SETTING")
        stack = template.Stack(sam.ask("transform", templates=[sam.TEMPLATE.read_text()])[0])
        found = list(stack_rules.settings_are_those_that_are_read(stack, read))
        self.assertEqual(found, ["NEW_SETTING is read by the code and stands in no list of dev/settings.py"])

    def test_a_parameter_that_is_none_is_found(self) -> None:
        text = sam.CONFIGURATION.read_text()
        for old, new, expected in [
            ("DatabaseStandby=false", "DatabaseStandbys=false", "(dev): there is no parameter DatabaseStandbys"),
            ("AiProvider=library", "AiProvider=oracle", "(dev): AiProvider is one of library"),
            ("AiProvider=library", "AiProvider=", "AiProvider= is not a valid format"),
            ("CorsOrigins=http://localhost:3000", "CorsOrigins=*", "(dev): CorsOrigins does not match"),
            ('stack_name = "verse-prod"', "", "(prod): no stack_name"),
        ]:
            with self.subTest(broken=old):
                deployments = sam.ask("configuration", text=text.replace(old, new, 1))
                parameters = sam.ask("transform", templates=[sam.TEMPLATE.read_text()])[0]["Parameters"]
                found = template.configuration_findings(deployments, parameters)
                self.assertTrue(any(expected in finding for finding in found), found)


class Deploying(unittest.TestCase):
    def test_an_environment_that_is_none_is_refused_before_anything_is_done(self) -> None:
        for arguments in ([], ["production"], ["dev", "prod"]):
            with self.assertRaisesRegex(Failure, "ENV=dev, or ENV=prod"):
                deploy.deploy(arguments)

    def test_without_credentials_nothing_is_built(self) -> None:
        nobody = {"error": "Unable to locate credentials"}
        ask = lambda question, **given: nobody if question == "account" else self.asked(question, **given)
        with mock.patch.object(sam, "ask", ask), mock.patch.object(deploy.template, "check") as check:
            with self.assertRaisesRegex(Failure, "Unable to locate credentials"):
                deploy.deploy(["dev"])
        check.assert_not_called()

    asked = staticmethod(sam.ask)

    def test_sam_finds_what_samconfig_says_of_an_environment(self) -> None:
        # Nobody listens there: it is as far as one comes without an account.
        nobody = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(deploy, "BUILT", Path(folder)):
            text = sam.TEMPLATE.read_text()
            (Path(folder) / "template.yaml").write_text(text)
            known = sam.ask("transform", templates=[text])[0]["Parameters"]
            deployments = sam.ask("configuration", text=sam.CONFIGURATION.read_text())
            for name in deploy.ENVIRONMENTS:
                chosen = deploy.every_parameter(known, deployments[name]["parameter_overrides"])
                call = [sys.executable, str(clone.ROOT / "dev"), "sam", "deploy"]
                call += deploy.deploy_options(name, "eu-central-1", chosen)
                done = subprocess.run(call, env={**os.environ, **nobody}, capture_output=True, text=True, stdin=subprocess.DEVNULL)
                self.assertIn("Could not connect to the endpoint", done.stdout + done.stderr)

    def test_a_changed_parameter_changes_every_functions_text(self) -> None:
        original = sam.TEMPLATE.read_text()
        functions = sam.ask("transform", templates=[original])[0]["Built"]
        texts = []
        for limit in ("10", "20"):
            description = deploy.description_of({"DailyLimit": limit}, original)
            folders = {name: name for name in functions}
            built = sam.ask("point", template=original, folders=folders, description=description)
            texts.append(re.findall(r"Description: With the parameters (\w+)", built))
        self.assertEqual(len(texts[0]), 8)
        self.assertEqual(len(set(texts[0])), 1)
        self.assertNotEqual(texts[0], texts[1])

    def test_every_parameter_is_said_but_what_the_stack_remembers(self) -> None:
        known = sam.ask("transform", templates=[sam.TEMPLATE.read_text()])[0]["Parameters"]
        said = deploy.every_parameter(known, {"DailyLimit": "3"})
        self.assertEqual(set(known) - set(said), {"DatabaseSnapshot"})
        self.assertEqual((said["DailyLimit"], said["Architecture"]), ("3", "x86_64"))
        options = deploy.deploy_options("dev", "eu-central-1", said)
        self.assertIn('AlarmEmail=""', options)
        overrides = options[options.index("--parameter-overrides") + 1 :]
        text = f"[dev.deploy.parameters]\nparameter_overrides = {overrides!r}\n"
        read = sam.ask("configuration", text=text)["dev"]["parameter_overrides"]
        self.assertEqual(read, said)

    def test_another_region_than_samconfigs_is_refused(self) -> None:
        with mock.patch.dict(os.environ, {"AWS_REGION": "eu-central-1"}), self.assertRaisesRegex(Failure, "us-east-1"):
            deploy.deploy(["dev"])

    def test_an_architecture_that_is_none_is_refused(self) -> None:
        with self.assertRaisesRegex(Failure, "x86_64, arm64"):
            deploy.build(["riscv"])


class Binaries(unittest.TestCase):
    def examined(self, machine: int, versions: str) -> None:
        with tempfile.NamedTemporaryFile() as file:
            head = b"\x7fELF".ljust(18, b"\0") + struct.pack("<H", machine)
            Path(file.name).write_bytes(head + b"\0" + versions.encode())
            deploy.examine(Path(file.name), "x86_64")

    def test_one_that_lambda_can_start_is_taken(self) -> None:
        self.examined(62, "GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_PRIVATE\0")

    def test_one_that_wants_a_newer_glibc_is_refused(self) -> None:
        with self.assertRaisesRegex(Failure, "wants glibc 2.36; Lambda's provided.al2023 has 2.34"):
            self.examined(62, "GLIBC_2.2.5\0GLIBC_2.36\0")

    def test_one_for_another_processor_is_refused(self) -> None:
        with self.assertRaisesRegex(Failure, "is no program for x86_64"):
            self.examined(183, "GLIBC_2.2.5\0")


if __name__ == "__main__":
    unittest.main()
