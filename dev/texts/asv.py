"""Writes `asv.chapters.jsonl` from the SWORD module ASV.zip of PyPI's biblearn 0.0.2 (CrossWire, 2021-02-18).

It needs PyPI's pysword 0.2.8. Arguments: the module, `versification.json`, the file to write. Compress that file with
`zstd -19`.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from pysword.modules import SwordModules

TAG = re.compile(r"<[^>]*>")
IGNORED = {"chapter", "lg", "milestone", "rdg", "reference", "w"}
Json = dict[str, Any]


def attribute(tag: str, name: str) -> str | None:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found.group(1) if found else None


class Chapter:
    """The blocks of a chapter, filled from the OSIS text of one verse after the other."""

    def __init__(self) -> None:
        self.blocks: list[Json] = []
        self.letters: list[str] = []
        self.next_heading: str | None = None
        self.kind: tuple[str, int] = ("p", 0)
        self.block: Json | None = None
        self.selah = False
        self.added = False
        self.note: str | None = None
        self.title: str | None = None
        self.title_kind: str | None = None

    def runs(self) -> list[Json]:
        """The runs of the open block. A new one begins if none is open."""
        if self.block is None:
            name, level = self.kind
            self.block = {"t": name, **({"n": level} if level else {}), "runs": []}
            if self.selah:
                self.block["k"] = "selah"
            self.blocks.append(self.block)
        runs: list[Json] = self.block["runs"]
        return runs

    def begin(self, kind: tuple[str, int], selah: bool = False) -> None:
        self.block, self.kind, self.selah = None, kind, selah

    def add_title(self, text: str) -> None:
        self.block = None
        self.blocks.append({"t": "d", "x": text, "k": "psalm"})

    def text(self, verse: int, text: str) -> None:
        if self.note is not None:
            self.note += text
        elif self.title is not None:
            self.title += text
        elif text.strip() or (self.block is not None and self.block["runs"]):
            runs = self.runs()
            if self.selah:
                text = text.replace("[", "")  # The printed page has a bracket before Selah and none after it.
            last = runs[-1] if runs else {}
            if "x" in last and last["v"] == verse and bool(last.get("add")) == self.added:
                last["x"] += text
            else:
                runs.append({"v": verse, "x": text, **({"add": 1} if self.added else {})})

    def feed(self, verse: int, source: str) -> None:
        position = 0
        for match in TAG.finditer(source):
            self.text(verse, source[position : match.start()])
            position = match.end()
            self.tag(verse, match.group())
        self.text(verse, source[position:])
        for letter in self.letters:
            self.add_title(letter)
        self.letters.clear()

    def tag(self, verse: int, tag: str) -> None:
        name = tag.strip("</>").split()[0].rstrip("/")
        if name == "transChange":
            self.added = not tag.startswith("</")
        elif name == "note":
            if tag.startswith("</"):
                self.end_note(verse)
            else:
                self.note = ""
        elif name == "title":
            if tag.startswith("</"):
                self.end_title()
            else:
                self.title, self.title_kind = "", attribute(tag, "type")
        elif name == "lb":
            self.block = None
            if self.blocks and self.blocks[-1]["t"] == "l":
                self.blocks.append({"t": "b"})
        elif name == "l":
            self.line(tag)
        elif name == "div":
            if attribute(tag, "type") == "x-p":
                self.begin(("p", 0))
        elif name not in IGNORED:
            raise SystemExit(f"unknown tag {tag}")

    def end_note(self, verse: int) -> None:
        # A note begins with its own chapter and verse.
        words = re.sub(r"^\s*\d+:\d+\s*", "", self.note or "").split()
        self.note = None
        self.runs().append({"v": verse, "note": " ".join(words), "k": "f"})

    def end_title(self) -> None:
        text = " ".join((self.title or "").split())
        self.title = None
        if self.title_kind == "psalm":
            self.add_title(text)
        elif self.title_kind is None:
            self.next_heading = text

    def line(self, tag: str) -> None:
        """A line of poetry begins or ends; a centred one is a letter of Psalm 119, for the next verse."""
        kind = attribute(tag, "type")
        if attribute(tag, "sID") is None:
            if self.title is not None and self.title_kind == "letter":
                self.letters.append(" ".join(self.title.split()))
                self.title = None
            self.begin(("p", 0))
        elif kind == "x-center":
            self.block, self.title, self.title_kind = None, "", "letter"
        else:
            self.begin(("l", int(attribute(tag, "level") or 1)), kind == "selah")


def without_blank_verses(blocks: list[Json]) -> list[Json]:
    """Of a verse that is not printed only the note stays."""
    runs = [run for block in blocks for run in block.get("runs", [])]
    printed = {run["v"] for run in runs if run.get("x", "").strip()}
    for block in blocks:
        if "runs" in block:
            block["runs"] = [run for run in block["runs"] if "note" in run or (run["x"] and run["v"] in printed)]
    return [block for block in blocks if block.get("runs", True)]


def main() -> None:
    module, canon, out = sys.argv[1:]
    modules = SwordModules(module)
    modules.parse_modules()
    bible = modules.get_bible_from_module("ASV")
    structure = bible.get_structure()
    books = [book for testament in ("ot", "nt") for book in structure.get_books()[testament]]
    lines = []
    heading = None
    for book, canonical in zip(books, json.loads(Path(canon).read_text())["books"], strict=True):
        for number in range(1, book.num_chapters + 1):
            chapter = Chapter()
            if heading is not None:
                chapter.blocks.append({"t": "h", "x": heading, "k": "main"})
            ((testament, indices),) = structure.ref_to_indicies(books=[book.name], chapters=[number]).items()
            # Of the text before verse 1 only the first letter of Psalm 119 and the open line matter.
            before = bible._text_for_index(testament, indices[0] - 1)
            letter = re.search(r"<l sID[^>]*x-center.*", before, re.DOTALL)
            if letter:
                chapter.feed(1, letter.group())
            if re.search(r'<l level="1" sID="[^"]*"/>\s*$', before):
                chapter.begin(("l", 1))
            for verse, index in enumerate(indices, 1):
                chapter.feed(verse, bible._text_for_index(testament, index))
            heading = chapter.next_heading
            blocks = without_blank_verses(chapter.blocks)
            line = {"book": canonical["usfm"], "chapter": number, "blocks": blocks}
            lines.append(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    Path(out).write_text("".join(lines))


if __name__ == "__main__":
    main()
