"""The TypeScript client: what `make client` writes has the types that the example uses."""

import shutil
import tempfile
import unittest
from pathlib import Path

import client
import clone
import tools
from output import Failure


class Client(unittest.TestCase):
    folder: tempfile.TemporaryDirectory[str]
    root: Path

    @classmethod
    def setUpClass(cls) -> None:
        clone.prepare_local()
        # Below the installed packages, which TypeScript looks for in the folders above a file.
        packages = tools.node_packages(client.SOURCES)
        cls.folder = tempfile.TemporaryDirectory(dir=packages.parent)
        cls.root = Path(cls.folder.name)
        client.write(cls.root / "client")
        (cls.root / "package.json").write_text('{"type":"module"}')
        shutil.copy(client.SOURCES / "tsconfig.json", cls.root)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def check(self, old: str = "", new: str = "") -> None:
        text = (client.SOURCES / "example.ts").read_text()
        self.assertIn(old, text)
        (self.root / "example.ts").write_text(text.replace(old, new, 1) if old else text)
        client.run("typescript/bin/tsc", "--project", self.root / "tsconfig.json")

    def test_the_example_reads_searches_and_chats(self) -> None:
        self.check()

    def test_a_wrong_path_parameter_or_field_is_found(self) -> None:
        for old, new in [
            ('"/api/passage"', '"/api/passages"'),
            ("verse_start: 16 } },\n});\nif", "verse: 16 } },\n});\nif"),
            ("limit: 5 }", 'limit: "five" }'),
            ("found?.verses", "found?.total"),
            ('message: "Who was Nicodemus?"', 'text: "Who was Nicodemus?"'),
            ("data.token", "data.text"),
            ('event === "done"', 'event === "end"'),
        ]:
            with self.subTest(old=old), self.assertRaisesRegex(Failure, "error TS"):
                self.check(old, new)
