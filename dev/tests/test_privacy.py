"""What counts as a secret in a log."""

from __future__ import annotations

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import privacy

COOKIE = "Zk3vQ0s9m1pX7bT2uL5cR8wY4eH6nJ0aGdFiKqSxVoE"


class Logs(unittest.TestCase):
    def search(self, line: str, *secrets: str) -> bool:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "1.log").write_text(f"user\t{line}\n")
            (folder / "2.secrets").write_text("".join(json.dumps(secret) + "\n" for secret in secrets))
            self.assertTrue(privacy.recorded(folder))
            return privacy.check(folder)

    def test_a_log_without_secrets_is_good(self) -> None:
        self.assertTrue(self.search('{"message":"request","status":200}', COOKIE, "Why did he weep?"))

    def test_a_secret_is_found_wherever_it_stands(self) -> None:
        for text in (COOKIE, f"cookie={COOKIE};", f'{{"a":"{COOKIE[:20]}'):
            self.assertFalse(self.search(text, "Why did he weep?", COOKIE), text)

    def test_a_text_is_found_as_json_writes_it(self) -> None:
        self.assertFalse(self.search('{"cause":"he said \\"no\\" to him"}', 'said "no" to him'))

    def test_nothing_recorded_is_told(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            self.assertFalse(privacy.recorded(Path(name)))


if __name__ == "__main__":
    unittest.main()
