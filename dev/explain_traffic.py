"""Calls of the API for `explain`: nearly every statement of the product runs, with its own parameters.

The bench is no such source: it makes a small database of its own, and needs the optimised build.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import database
import fill
from emulator import Emulator
from output import Failure

# The users of the small database. `fill` gives the first of them the same ids in a larger one.
USERS = 1000

# Ids of users: one with much of everything, two with a few rows. `fill.sql` gives the first old rows with these ids.
READER, GUEST, LEAVER = 1, 101, 201
INSIGHT_ID, DEFINITION_ID, CHAT_ID = 10, 10, 490

# Seconds for a call; `cleanup` deletes in batches and may take the longest.
PATIENCE = 300

TIME = "2026-01-01T00:00:00Z"
VERSE = "For God so loved the world, that he gave his only begotten Son"
INSIGHT = {"passage_reference": "John 3:16", "passage_text": VERSE}
DEFINITION = {"word": "loved", "passage_reference": "John 3:16", "verse_text": VERSE}
INSIGHT_TEXTS = {"historical_context": "h", "theological_significance": "t", "practical_application": "p"}
MESSAGES = [{"role": role, "content": "And the light?", "created_at": TIME} for role in ("user", "assistant")]
ARCHIVE = {
    "insights": [{**INSIGHT, **INSIGHT_TEXTS, "created_at": TIME, "chat_messages": MESSAGES}],
    "definitions": [
        {**DEFINITION, "definition": "d", "biblical_usage": "b", "original_language": "o", "created_at": TIME}
    ],
    "standalone_chats": [{"title": "Light", "created_at": TIME, "updated_at": TIME, "messages": MESSAGES}],
}


def run_without_model(service: Emulator, _url: str) -> None:
    """Makes calls whose model fails."""
    for save in (True, False):
        _call(service, "/api/insights", {**INSIGHT, "save": save}, status=502)
        _call(service, "/api/definitions", {**DEFINITION, "save": save}, status=502)
    _call(service, "/api/standalone-chat/message", {"chat_id": CHAT_ID, "message": "What is the light?"})
    # The function finishes the failed reply before this call.
    _call(service, "/api/standalone-chat")


def run(service: Emulator, url: str) -> None:
    """Makes all other calls; the last delete everything."""

    call = partial(_call, service)

    def devices(user: int) -> list[str]:
        return database.query(url, f"SELECT id FROM devices WHERE user_id = {user} ORDER BY id DESC").split()

    for path in (
        "/api/health/ready",
        "/api/user/session",
        "/api/insights/history",
        f"/api/insights/history?before={INSIGHT_ID}",
        "/api/definitions/history",
        f"/api/definitions/history?before={DEFINITION_ID}",
        "/api/standalone-chat",
        f"/api/standalone-chat?before={CHAT_ID}",
        f"/api/standalone-chat/{CHAT_ID}/messages",
        f"/api/chat/messages/{INSIGHT_ID}",
        "/api/user/devices",
        "/api/debug/rag-status",
        "/api/debug/test-rag?query=light",
        f"/api/debug/test-rag?query=light&chat_id={CHAT_ID}",
        "/api/passage?book=John&chapter=3&verse_start=16&save=true",
        "/api/user/export",
    ):
        call(path)
    # A browser may send several session cookies.
    service.headers = {"Cookie": f"{fill.cookie(READER)}; {fill.cookie(GUEST)}"}
    service.call("/api/user/session", end=PATIENCE)
    # Cleanup deletes an old user without rows who is no longer active, and one who never came back.
    for active, returned in (("'2020-01-01'", True), ("now()", False)):
        call("/api/user/session", user=0)
        database.query(
            url,
            "UPDATE users SET created_at = '2020-01-01' WHERE id = (SELECT max(id) FROM users);"
            f"UPDATE devices SET created_at = '2020-01-01', last_active = {active}, returned = {returned} "
            "WHERE user_id = (SELECT max(id) FROM users)",
        )
    for save in (True, True, False):
        call("/api/insights", {**INSIGHT, "save": save})
        call("/api/definitions", {**DEFINITION, "save": save})
    call("/api/standalone-chat", {"message": "Who was Nicodemus?"})
    call("/api/standalone-chat/message", {"chat_id": CHAT_ID, "message": "What is the light?"})
    call(
        "/api/chat/message", {**INSIGHT, "insight_id": INSIGHT_ID, "message": "Why?", "insight_context": INSIGHT_TEXTS}
    )
    call("/api/user/import", {"data": ARCHIVE})

    call(f"/api/user/devices/{devices(READER)[0]}", method="DELETE")
    call("/api/user/link/generate", {})
    call("/api/user/link/codes", method="DELETE")
    code = json.loads(call("/api/user/link/generate", {}))["display_code"]
    call("/api/user/link/accept", {"code": "7KQM-3XWP-9RTA"}, user=GUEST, status=400)
    # The reader becomes a part of the guest.
    call("/api/user/link/accept", {"code": code}, user=GUEST)
    call(f"/api/user/devices/{devices(GUEST)[0]}", method="DELETE")
    for device in devices(LEAVER):
        call(f"/api/user/devices/{device}", method="DELETE", user=LEAVER)

    anonymous_id = fill.anonymous_id(GUEST)
    commands: list[Any] = [{command: anonymous_id} for command in ("grant", "status", "revoke")]
    for command in (*commands, {"list": {"limit": 50}}, {"list": {"limit": 50, "before": USERS}}):
        call("/2015-03-31/functions/migrate/invocations", {"subscription": command})

    call(f"/api/standalone-chat/{CHAT_ID}", method="DELETE")
    call(f"/api/chat/messages/{INSIGHT_ID}", method="DELETE")
    call("/api/insights/history", method="DELETE")
    call("/api/definitions/history", method="DELETE")
    call("/api/user/data", method="DELETE")
    call("/2015-03-31/functions/cleanup/invocations", {})


def _call(
    service: Emulator, path: str, body: Any = None, method: str | None = None, *, user: int = READER, status: int = 200
) -> str:
    service.headers = {"Cookie": fill.cookie(user)}
    answered, answer = service.call(path, body, method=method, end=PATIENCE)
    if answered != status:
        raise Failure(f"{method or ''} {path} answered {answered}: {answer[-300:]}\n{service.end_of_log()}")
    return answer


@contextmanager
def model() -> Iterator[dict[str, str]]:
    """Runs a server of embeddings. Yields the functions' settings for it and for the library; they allow many calls."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Embeddings)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    limits = ("DAILY_LIMIT", "GENERATE_PER_MINUTE", "CHAT_PER_MINUTE", "ADDRESS_PER_MINUTE", "STORE_PER_MINUTE")
    settings = {
        "EMBEDDING_PROVIDER": "openai",
        # The name of the model in the filled rows.
        "EMBEDDING_MODEL": "sample",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{server.server_port}/v1/",
        "OPENAI_API_KEY": "sample",
        **dict.fromkeys(limits, "1000"),
    }
    try:
        yield settings
    finally:
        server.shutdown()
        server.server_close()


class _Embeddings(BaseHTTPRequestHandler):
    """OpenAI's embeddings, with the same vector for every text; every other call fails."""

    def do_POST(self) -> None:
        if not self.path.endswith("/embeddings"):
            self.send_error(400)
            return
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
        count = len(texts) if isinstance(texts, list) else 1
        vectors = [{"object": "embedding", "index": index, "embedding": [0.1] * 1024} for index in range(count)]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        body = json.dumps({"object": "list", "data": vectors, "model": "sample", "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
