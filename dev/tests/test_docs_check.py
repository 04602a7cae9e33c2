"""The check of the documentation."""

from contextlib import redirect_stdout
from io import StringIO

import docs_check
from tests import WithFolder


class Documentation(WithFolder):
    def setUp(self) -> None:
        super().setUp()
        (self.folder / "docs" / "decisions").mkdir(parents=True)
        (self.folder / "dev").mkdir()
        (self.folder / "dev" / "run.py").touch()
        (self.folder / "README.md").write_text("Words.")

    def findings(self, text: str) -> str:
        (self.folder / "docs" / "decisions" / "page.md").write_text(text)
        with redirect_stdout(StringIO()) as printed:
            passed = docs_check.check(self.folder)
        self.assertEqual(passed, "exist" in printed.getvalue().splitlines()[-1], printed.getvalue())
        return "" if passed else printed.getvalue()

    def test_existing_links_and_paths_pass(self) -> None:
        for text in (
            "[a](../../README.md#words) [b](https://example.org/x) [c](#below) [d](page.md)",
            "`dev/run.py` `dev/` `dev/*.py` `dev/<name>.py` `dev/run.py:12` `curl dev/null`",
            "```sh\ncat `dev/absent.py` [a](absent.md)\n```\n",
        ):
            self.assertEqual(self.findings(text), "", text)

    def test_a_missing_link_is_found(self) -> None:
        self.assertIn(
            "decisions/page.md: the link ../absent.md#a leads to no file", self.findings("[a](../absent.md#a)")
        )
        self.assertIn("the link absent.md leads to no file", self.findings("[a]: absent.md\n"))

    def test_a_missing_path_is_found(self) -> None:
        self.assertIn("there is no dev/absent.py", self.findings("See `dev/absent.py`."))
        self.assertIn("there is no shared/<name>/src", self.findings("See `shared/<name>/src`."))

    def test_too_many_words_are_found(self) -> None:
        self.assertEqual(self.findings("word " * (docs_check.MOST_WORDS - 2)), "")
        self.assertIn("have 10,500 words", self.findings("word " * (docs_check.MOST_WORDS - 1)))
