"""What the template's API is held to: routes to their functions, streams where the code streams, problems elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator

from contract import Contract
from stack import Stack

# Milliseconds. Source: "Amazon API Gateway quotas": integration timeout of a REST API, and of a streamed answer.
GATEWAY_LIMIT = 29_000
STREAM_LIMIT = 900_000
# Who answers a path that is nobody's.
OTHERWISE = "bible"
# What must not stand in an access log.
PERSONAL = ("identity", "$context.path", "requestOverride", "querystring", "userAgent", "authorizer")


def routes_reach_their_functions(stack: Stack, contract: Contract) -> Iterator[str]:
    """Each route of `openapi.json` is asked of the function that Cargo.toml's local routes name."""
    answers = {(each.method, each.path): each for each in stack.integrations()}
    for (method, path), function in sorted(contract.routes.items()):
        found = answers.get((method, path)) or answers.get(("ANY", path))
        if found is None:
            yield f"{method} {path} is no event of any function; it is {function}'s"
        elif found.function != function:
            yield f"{method} {path} goes to {found.function or 'no alias'} and is {function}'s"


def there_are_no_other_routes(stack: Stack, contract: Contract) -> Iterator[str]:
    """A path that is no route is answered by `bible`, which says so."""
    paths = {path for _, path in contract.routes}
    for each in stack.integrations():
        if not each.function:
            yield f"{each.method} {each.path} does not go through the alias `live`"
        elif each.path not in paths and each.function != OTHERWISE:
            yield f"{each.method} {each.path} goes to {each.function} and is no route"


def nothing_is_left_to_the_gateway(stack: Stack, contract: Contract) -> Iterator[str]:
    """Every level of every path answers every method, and what is below it that is no route."""
    answered = {each.path for each in stack.integrations() if each.method == "ANY"}
    paths = {path for _, path in contract.routes}
    levels = {"/"} | {path[:end] for path in paths for end, letter in enumerate(path) if letter == "/" and end}
    for path in sorted(paths | levels):
        if path not in answered:
            yield f"{path} has no event with Method ANY: wrong methods and preflights would get the gateway's 403"
    for level in sorted(levels - paths):
        below = f"{level.rstrip('/')}/{{proxy+}}"
        # A level has one variable part at most.
        if below not in answered and not any(path.startswith(f"{level}/{{") for path in answered):
            yield f"{below} has no event with Method ANY: unknown paths there would get the gateway's 403"


def what_streams_is_what_the_code_streams(stack: Stack, contract: Contract) -> Iterator[str]:
    """A streamed answer that the gateway does not expect is unreadable to it, and the other way round."""
    functions = stack.functions()
    streaming = {(each.method, each.path): each for each in stack.integrations() if each.streams}
    for method, path in sorted(contract.streams - set(streaming)):
        yield f"{method} {path} streams and lacks ResponseTransferMode: RESPONSE_STREAM"
    for method, path in sorted(set(streaming) - contract.streams):
        yield f"{method} {path} does not stream and has ResponseTransferMode: RESPONSE_STREAM"
    for each in stack.integrations():
        own = functions[each.function][1].get("Timeout", 3) * 1000 if each.function else 0
        where = f"{each.method} {each.path}"
        if each.streams and not own < (each.timeout or GATEWAY_LIMIT) <= STREAM_LIMIT:
            yield f"{where}: TimeoutInMillis must be above {each.function}'s {own} ms, and {STREAM_LIMIT} ms at most"
        if not each.streams and each.timeout:
            yield f"{where}: only what streams needs TimeoutInMillis"


def functions_end_before_the_gateway_stops_waiting(stack: Stack, contract: Contract) -> Iterator[str]:
    """A function that never streams answers within the gateway's 29 seconds, with one to spare."""
    asked = {each.function for each in stack.integrations()}
    streams = {each.function for each in stack.integrations() if each.streams}
    for name in sorted(asked - streams - {""}):
        timeout = stack.functions()[name][1].get("Timeout", 3) * 1000
        if timeout > GATEWAY_LIMIT - 1000:
            yield f"{name}: Timeout is {timeout} ms; the gateway stops waiting at {GATEWAY_LIMIT} ms"


def the_api_is_regional(stack: Stack, contract: Contract) -> Iterator[str]:
    """An edge-optimised API ends a stream that is silent for 30 seconds."""
    for name, api in stack.of_type("AWS::ApiGateway::RestApi").items():
        if api.get("EndpointConfiguration", {}).get("Types") != ["REGIONAL"]:
            yield f"{name} is not REGIONAL"
    if stack.of_type("AWS::ApiGatewayV2::Api"):
        yield "an HTTP API does not stream: use a REST API"
    if len(stack.of_type("AWS::ApiGateway::Stage")) != 1:
        yield "there is not one stage"
    for name, deployment in stack.of_type("AWS::ApiGateway::Deployment").items():
        if "StageName" in deployment:
            yield f"{name} makes a second stage, {deployment['StageName']}: OpenApiVersion prevents that"


def logs_hold_nothing_personal(stack: Stack, contract: Contract) -> Iterator[str]:
    """No address, path, query, user agent or body."""
    for name, stage in stack.of_type("AWS::ApiGateway::Stage").items():
        log = stage.get("AccessLogSetting", {}).get("Format", "")
        if not log:
            yield f"{name} has no access log"
        yield from (f"{name}: the access log holds {mark}" for mark in PERSONAL if mark in log)
        for setting in stage.get("MethodSettings", [{}]):
            if setting.get("DataTraceEnabled") or setting.get("LoggingLevel", "OFF") != "OFF":
                yield f"{name}: DataTraceEnabled and LoggingLevel log what readers write"
            if not (setting.get("ThrottlingRateLimit") and setting.get("ThrottlingBurstLimit")):
                yield f"{name} is not throttled"


def the_gateway_answers_with_problems(stack: Stack, contract: Contract) -> Iterator[str]:
    """What it answers by itself is a problem, and pages of other origins can read it."""
    answers = stack.gateway_responses()
    expected = {
        "DEFAULT_4XX": 400,
        "DEFAULT_5XX": 503,
        "MISSING_AUTHENTICATION_TOKEN": 404,
        "REQUEST_TOO_LARGE": 413,
        "THROTTLED": 429,
    }
    for kind, status in expected.items():
        answer = answers.get(kind, {})
        headers = {name.split(".")[-1].lower(): text for name, text in answer.get("responseParameters", {}).items()}
        body = _json(answer.get("responseTemplates", {}).get("application/json", ""))
        if str(answer.get("statusCode")) != str(status) or body.get("status") != status:
            yield f"gateway response {kind}: status and body must say {status}"
        if not {"type", "title", "status", "detail"} <= set(body):
            yield f"gateway response {kind}: the body is no problem"
        if headers.get("content-type") != "'application/problem+json'" or headers.get("cache-control") != "'no-store'":
            yield f"gateway response {kind}: Content-Type or Cache-Control is not a problem's"
        if "access-control-allow-origin" not in headers or headers.get("vary") != "'Origin'":
            yield f"gateway response {kind}: pages of other origins cannot read it"
        if status in (429, 503) and "retry-after" not in headers:
            yield f"gateway response {kind}: Retry-After is missing"


def _json(text: str) -> dict[str, object]:
    try:
        return dict(json.loads(text))
    except ValueError:
        return {}


RULES = (
    routes_reach_their_functions,
    there_are_no_other_routes,
    nothing_is_left_to_the_gateway,
    what_streams_is_what_the_code_streams,
    functions_end_before_the_gateway_stops_waiting,
    the_api_is_regional,
    logs_hold_nothing_personal,
    the_gateway_answers_with_problems,
)
