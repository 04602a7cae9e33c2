"""The smoke test of `make test`: what `make run` starts, called through the emulator."""

import http.client
import json
import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import clone
import emulator
import leftovers
import processes
import sessions
import settings
import tools
from emulator import HOST, READY_WITHIN, Emulator
from output import Failure, last_lines, say, step
from run import FIRST_CALL

JOHN = {"passage_reference": "John 3:16", "passage_text": "For God so loved the world"}
LOVED = {"word": "loved", "verse_text": "God so loved", "passage_reference": "John 3:16"}
WHO = {"message": "Who was Nicodemus?"}
# One call for each function: path, body, and a part of a complete answer.
CALLS: tuple[tuple[str, Any, str], ...] = (
    (FIRST_CALL, None, '"reference":"John 3:16"'),
    ("/api/topics?q=anxiety", None, '"name":"ANXIETY"'),
    ("/api/user/session", None, '"daily_limit":10000'),
    ("/api/user/devices", None, '"is_current":true'),
    ("/api/insights", JOHN, "Matthew Henry"),
    ("/api/definitions", LOVED, "Strong"),
    ("/api/standalone-chat", WHO, "event: done\n"),
    ("/2015-03-31/functions/cleanup/invocations", {}, '"jobs"'),
)
# Each stream, with its body.
STREAMS = (("/api/standalone-chat", WHO), ("/api/user/export", None))
# A cookie of another application, in UTF-8. Headers are sent in Latin-1.
FOREIGN_COOKIE = "name=Zoë".encode().decode("latin-1")
# Limits that this test does not reach.
_LIMITS = (
    "DAILY_LIMIT GENERATE_PER_MINUTE CHAT_PER_MINUTE ADDRESS_PER_MINUTE STORE_PER_MINUTE WRONG_CODES"
    " WRONG_CODES_PER_ADDRESS"
)
LIMITS = dict.fromkeys(_LIMITS.split(), "10000")
# Seconds for the requests that schemathesis generates from `openapi.json`, and its checks: no server error, no status
# and no content type that the document does not list, and bodies as it describes them. The seed makes a failure return.
GENERATED_FOR = 120
SEED = 20261128
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
)


def passes(database_url: str) -> bool:
    """Calls each function, also after readers left early and after each function was killed; prints what failed."""
    env = {**emulator.variables(database_url), **LIMITS}
    try:
        with step("trying what make run starts", "tried what make run starts", long=True):
            emulator.build(env)
            with leftovers.temporary(Path(tempfile.mkdtemp(prefix="verse-smoke-test-"))) as folder:
                with emulator.temporary(env, folder / "watch.log") as service:
                    cookie = _session_cookie(service)
                    service.headers = {"Cookie": f"{FOREIGN_COOKIE}; {cookie}"}
                    errors = [*_errors(service, "at first")]
                    _leave_early(service)
                    errors += _errors(service, "after readers have left")
                    errors += _kill_functions(service)
                    errors += _errors(service, "after each function was killed")
                    errors += _schema_errors(service, cookie, folder)
    except Failure as failure:
        errors = [str(failure)]
    for line in errors:
        say(f"    {line}")
    return not errors


def _session_cookie(service: Emulator) -> str:
    """The cookie of a new user."""
    connection = http.client.HTTPConnection(HOST, service.port, timeout=READY_WITHIN)
    connection.request("GET", "/api/user/session")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return (answer.getheader("Set-Cookie") or "").partition(";")[0]


def _errors(service: Emulator, when: str) -> Iterator[str]:
    """What is wrong with the answers. A call may have to start its function first."""
    for path, body, wanted in CALLS:
        try:
            status, answer = service.call(path, body)
        except OSError as error:
            yield f"{when}, {path} did not answer: {error}"
            continue
        if status != 200 or wanted not in answer:
            yield f"{when}, {path} answered {status} without {wanted!r}: {answer[-300:]}"


def _leave_early(service: Emulator) -> None:
    """A hundred readers of each stream leave: before the first byte, at it, and while others are before them."""
    for path, body in STREAMS:
        for _ in range(40):
            with _reader(service, path, body):
                pass
            with _reader(service, path, body) as reader:
                reader.recv(1)
        with ExitStack() as readers:
            for _ in range(20):
                readers.enter_context(_reader(service, path, body))


def _reader(service: Emulator, path: str, body: Any) -> socket.socket:
    """The connection of a reader who has sent a request."""
    method, text = ("GET", "") if body is None else ("POST", json.dumps(body))
    headers = {"Host": HOST, **service.headers, "Content-Type": "application/json", "Content-Length": str(len(text))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", text]
    reader = socket.create_connection((HOST, service.port), timeout=READY_WITHIN)
    reader.sendall("\r\n".join(lines).encode("latin-1"))
    return reader


def _kill_functions(service: Emulator) -> Iterator[str]:
    """Kills each running function, and waits until the log says that it is started again.

    A function of `CALLS` that does not run is a fault: nothing would be tested.
    """
    folder = f"debug{os.sep}"
    killed = set()
    for pid in sessions.family({service.watch.pid}):
        program = sessions.command_line(pid).split(" ")[0]
        if f"{folder}{Path(program).name}" not in program:
            continue
        os.kill(pid, signal.SIGKILL)
        killed.add(Path(program).name)
        line = f"The function {Path(program).name} has ended (SIGKILL); it is started again"
        if not processes.wait_until(partial(_is_logged, service, line), 10):
            yield f"the log lacks {line!r}"
    missing = {*settings.HTTP, "cleanup"} - killed
    if missing:
        yield f"these functions were not found running, and not killed: {', '.join(sorted(missing))}"


def _is_logged(service: Emulator, line: str) -> bool:
    return line in service.log.read_text(errors="replace")


def _schema_errors(service: Emulator, cookie: str, folder: Path) -> Iterator[str]:
    """Sends generated requests, valid and invalid ones, and prints schemathesis' summary."""
    command: list[str | Path] = [*tools.PYTHON, "-m", "schemathesis.cli", "run", clone.ROOT / "openapi.json"]
    command += ["--url", f"http://{HOST}:{service.port}", "--header", f"Cookie: {cookie}"]
    command += ["--max-time", str(GENERATED_FOR), "--seed", str(SEED), "--checks", ",".join(CHECKS)]
    command += ["--generation-database", "none"]
    path = os.pathsep.join([str(tools.openapi()), str(clone.ROOT / "dev")])
    env = {**processes.environment(), "PYTHONPATH": path, "SCHEMATHESIS_HOOKS": "schemathesis_hooks"}
    # It writes a cache into the working directory.
    code, output = processes.capture(command, env=env, cwd=folder)
    _, _, summary = output.rpartition(" SUMMARY ")
    say(last_lines(summary or output, 30))
    if code != 0:
        yield f"schemathesis found a fault (exit code {code}):\n{last_lines(output, 200)}"
