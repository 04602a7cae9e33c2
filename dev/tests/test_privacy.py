"""The search of logs for secrets."""

import json

import privacy
from tests import WithFolder

COOKIE = "Zk3vQ0s9m1pX7bT2uL5cR8wY4eH6nJ0aGdFiKqSxVoE"


class Logs(WithFolder):
    def search(self, line: str, *secrets: str) -> bool:
        (self.folder / "1.log").write_text(f"user\t{line}\n")
        (self.folder / "2.secrets").write_text("".join(json.dumps(secret) + "\n" for secret in secrets))
        self.assertTrue(privacy.recorded(self.folder))
        return privacy.check(self.folder)

    def test_a_log_without_secrets_passes(self) -> None:
        self.assertTrue(self.search('{"message":"request","status":200}', COOKIE, "Why did he weep?"))

    def test_a_secret_is_found_at_any_position(self) -> None:
        for text in (COOKIE, f"cookie={COOKIE};", f'{{"a":"{COOKIE[:20]}'):
            self.assertFalse(self.search(text, "Why did he weep?", COOKIE), text)

    def test_a_text_is_found_in_its_json_form(self) -> None:
        self.assertFalse(self.search('{"cause":"he said \\"no\\" to him"}', 'said "no" to him'))

    def test_an_empty_folder_has_no_record(self) -> None:
        self.assertFalse(privacy.recorded(self.folder))
