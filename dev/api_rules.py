"""Rules for the template's API: routes and functions, streams, time limits, logs, the gateway's own responses."""

import json
from collections.abc import Iterator

from code_facts import CodeFacts
from stack import Stack

# Milliseconds. Source: "Amazon API Gateway quotas": integration timeout of a REST API, and of a streamed answer.
GATEWAY_LIMIT = 29_000
STREAM_LIMIT = 900_000
# The function that answers unknown paths.
FALLBACK = "bible"
# What an access log must not contain.
PERSONAL = ("identity", "$context.path", "requestOverride", "querystring", "userAgent", "authorizer")


def routes_reach_their_functions(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """The template sends each route of `openapi.json` to the same function as Cargo.toml's local routes."""
    integrations = {(each.method, each.path): each for each in stack.integrations()}
    for (method, path), function in sorted(facts.routes.items()):
        found = integrations.get((method, path)) or integrations.get(("ANY", path))
        if found is None:
            yield f"{method} {path} is not an event of any function; it belongs to {function}"
        elif found.function != function:
            yield f"{method} {path} goes to {found.function or 'no alias'}; it belongs to {function}"


def there_are_no_other_routes(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """`bible` answers unknown paths with a 404."""
    paths = {path for _, path in facts.routes}
    for each in stack.integrations():
        if not each.function:
            yield f"{each.method} {each.path} does not go through the alias `live`"
        elif each.path not in paths and each.function != FALLBACK:
            yield f"{each.method} {each.path} goes to {each.function} and is not a route"


def functions_answer_every_path_and_method(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """Every level of every path has an event for every method, and one for unknown paths below it."""
    answered = {each.path for each in stack.integrations() if each.method == "ANY"}
    paths = {path for _, path in facts.routes}
    levels = {"/"} | {path[:end] for path in paths for end, letter in enumerate(path) if letter == "/" and end}
    for path in sorted(paths | levels):
        if path not in answered:
            yield f"{path} has no event with Method ANY: the gateway would answer wrong methods and preflights with 403"
    for level in sorted(levels - paths):
        below = f"{level.rstrip('/')}/{{proxy+}}"
        # A level has at most one variable part.
        if below not in answered and not any(path.startswith(f"{level}/{{") for path in answered):
            yield f"{below} has no event with Method ANY: the gateway would answer unknown paths with 403"


def streams_match_the_code(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """The gateway cannot read a streamed answer that it does not expect, and the other way round."""
    functions = stack.functions()
    streaming = {(each.method, each.path): each for each in stack.integrations() if each.streams}
    for method, path in sorted(facts.streams - set(streaming)):
        yield f"{method} {path} streams and lacks ResponseTransferMode: RESPONSE_STREAM"
    for method, path in sorted(set(streaming) - facts.streams):
        yield f"{method} {path} does not stream and has ResponseTransferMode: RESPONSE_STREAM"
    for each in stack.integrations():
        own = functions[each.function][1].get("Timeout", 3) * 1000 if each.function else 0
        route = f"{each.method} {each.path}"
        if each.streams and not own < (each.timeout or GATEWAY_LIMIT) <= STREAM_LIMIT:
            yield f"{route}: TimeoutInMillis must be above {each.function}'s {own} ms, and at most {STREAM_LIMIT} ms"
        if not each.streams and each.timeout:
            yield f"{route}: only a stream needs TimeoutInMillis"


def functions_end_before_the_gateway_gives_up(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """A function that never streams ends a second before the gateway's 29 seconds."""
    streams = {each.function for each in stack.integrations() if each.streams}
    for name in sorted({each.function for each in stack.integrations()} - streams - {""}):
        timeout = stack.functions()[name][1].get("Timeout", 3) * 1000
        if timeout > GATEWAY_LIMIT - 1000:
            yield f"{name}: Timeout is {timeout} ms; the gateway gives up after {GATEWAY_LIMIT} ms"


def the_api_is_regional(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """An edge-optimised API ends a stream that is silent for 30 seconds."""
    for name, api in stack.of_type("AWS::ApiGateway::RestApi").items():
        if api.get("EndpointConfiguration", {}).get("Types") != ["REGIONAL"]:
            yield f"{name} is not REGIONAL"
    if stack.of_type("AWS::ApiGatewayV2::Api"):
        yield "an HTTP API does not stream: use a REST API"
    if len(stack.of_type("AWS::ApiGateway::Stage")) != 1:
        yield "there must be one stage"
    for name, deployment in stack.of_type("AWS::ApiGateway::Deployment").items():
        if "StageName" in deployment:
            yield f"{name} makes a second stage, {deployment['StageName']}: OpenApiVersion prevents that"


def access_logs_contain_nothing_personal(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """No address, path, query, user agent or body."""
    for name, stage in stack.of_type("AWS::ApiGateway::Stage").items():
        log = stage.get("AccessLogSetting", {}).get("Format", "")
        if not log:
            yield f"{name} has no access log"
        yield from (f"{name}: the access log contains {mark}" for mark in PERSONAL if mark in log)
        for setting in stage.get("MethodSettings", [{}]):
            if setting.get("DataTraceEnabled") or setting.get("LoggingLevel", "OFF") != "OFF":
                yield f"{name}: DataTraceEnabled and LoggingLevel log the texts of users"
            if not (setting.get("ThrottlingRateLimit") and setting.get("ThrottlingBurstLimit")):
                yield f"{name} is not throttled"


def the_gateway_answers_with_problems(stack: Stack, facts: CodeFacts) -> Iterator[str]:
    """The gateway's own responses are problems, and pages of other origins can read them."""
    responses = stack.api().get("x-amazon-apigateway-gateway-responses", {})
    expected = {
        "DEFAULT_4XX": 400,
        "DEFAULT_5XX": 503,
        "MISSING_AUTHENTICATION_TOKEN": 404,
        "REQUEST_TOO_LARGE": 413,
        "THROTTLED": 429,
    }
    for kind, status in expected.items():
        response = responses.get(kind, {})
        headers = {name.split(".")[-1].lower(): text for name, text in response.get("responseParameters", {}).items()}
        body = _json(response.get("responseTemplates", {}).get("application/json", ""))
        if str(response.get("statusCode")) != str(status) or body.get("status") != status:
            yield f"gateway response {kind}: status and body must have {status}"
        if not {"type", "title", "status", "detail"} <= set(body):
            yield f"gateway response {kind}: the body is not a problem"
        if headers.get("content-type") != "'application/problem+json'" or headers.get("cache-control") != "'no-store'":
            yield f"gateway response {kind}: Content-Type or Cache-Control is not that of a problem"
        if "access-control-allow-origin" not in headers or headers.get("vary") != "'Origin'":
            yield f"gateway response {kind}: pages of other origins cannot read it"
        if status in (429, 503) and "retry-after" not in headers:
            yield f"gateway response {kind}: Retry-After is missing"


def _json(text: str) -> dict[str, object]:
    try:
        return dict(json.loads(text))
    except ValueError:
        return {}
