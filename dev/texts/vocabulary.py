"""The words of questions, for the search by meaning.

They are those of the English translations, of the labels of verses, and of the network's own vocabulary, which are the
common words of today's English.

Each line of `words.txt` is a word in its plain form, and a digit: how common it is in Scripture and the labels.
"""

import math
import re
from collections import Counter
from pathlib import Path

TRANSLATIONS = ("WEB", "KJV", "BSB", "ASV", "YLT")
APOSTROPHES = "'’‘ʼ"
WORD = re.compile(rf"[^\W\d_]+(?:[{APOSTROPHES}]+[^\W\d_]+)*")
Place = tuple[int, int]


def plain(word: str) -> str:
    """A word as `stem::plain` of the crate `verse-scripture` gives it, without joined letters."""
    small = re.sub(f"[{APOSTROPHES}]", "'", word.lower()).removesuffix("'s").replace("'", "")
    return small.replace("æ", "ae").replace("œ", "oe")


def words_of(text: str) -> list[str]:
    return [plain(word) for word in WORD.findall(text)]


def verses_of(folder: Path, code: str) -> dict[Place, str]:
    """The verses of a translation by the chapter's ordinal and their number."""
    verses = {}
    for line in (folder / f"{code}.verses").read_text().splitlines():
        chapter, verse, text = line.split("\t", 2)
        verses[int(chapter), int(verse)] = text
    return verses


def labels_of(folder: Path, names: Path) -> list[str]:
    """Topics with their entries, titles of sections, and names of passages."""
    labels = []
    for line in (folder / "labels.tsv").read_text().splitlines():
        _, name, entry, _ = line.split("\t")
        labels.append(f"{name.capitalize()}: {entry}" if entry else name)
    for line in names.read_text().splitlines():
        labels.extend(name.strip() for name in line.split("\t")[1].split(";"))
    return list(dict.fromkeys(labels))


def vocabulary(folder: Path, labels: list[str], model: Path) -> dict[str, int]:
    """The words in alphabetical order, and how often Scripture and the labels have them."""
    counts: Counter[str] = Counter()
    for code in TRANSLATIONS:
        for text in verses_of(folder, code).values():
            counts.update(words_of(text))
    for label in labels:
        counts.update(words_of(label))
    for token in (model / "vocab.txt").read_text().splitlines():
        counts.setdefault(token, 0)
    return {word: counts[word] for word in sorted(counts) if re.fullmatch("[a-z]{2,}", word)}


def lines(counts: dict[str, int]) -> str:
    def digit(count: int) -> int:
        return min(9, 1 + int(math.log(count))) if count else 0

    return "".join(f"{word}{digit(count)}\n" for word, count in counts.items()).rstrip("\n")
