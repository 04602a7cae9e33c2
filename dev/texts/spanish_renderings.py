"""Learn which Hebrew and Greek words the words of the Reina-Valera 1909 render.

Nothing links the Spanish words. An IBM model 1 is trained on every verse: its Spanish words, by their first letters,
and the numbers of its Hebrew or Greek words. Reads `rv1909.chapters`, `source_words` and `glosses` of the folder of the
texts and writes `rv1909.renderings.jsonl` there: a line for each beginning of a word, with numbers and the part of
their occurrences that it renders.

    python3 spanish_renderings.py shared/scripture/texts
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROUNDS = 5
#: A rarer rendering is not written.
RAREST = 0.04
LETTERS = 6
#: Words that join others.
_SMALL = """
a al aun ante antes aquel aquella aquellos asi aunque cada como con contra cual cuales cuando cuanto
de del desde donde e el ella ellas ellos empero en entonces entre era eran es esa ese eso esta estas
este esto estos fue ha habia han has hasta hay he hemos la las le les lo los mas me mi mis mismo muy
ni no nos nosotros nuestra nuestro o os otra otro para pero por porque pues que quien quienes se sea
sean ser si sin sino sobre somos son su sus tal tambien te ti tu tus un una uno unos vosotros
vuestra vuestro vuestros y ya yo
"""
SMALL = frozenset(_SMALL.split())
WORD = re.compile(r"[^\W\d_]+")

Verse = tuple[str, int, int]


def lines(file: Path) -> Iterator[Any]:
    """The lines of a compressed file."""
    text = subprocess.run(["zstd", "-dqc", file], check=True, capture_output=True).stdout
    for line in text.decode().splitlines():
        yield json.loads(line)


def stem(word: str) -> str:
    """The beginning of a word by which its forms are the same; `word::spanish` has the same rule."""
    marked = unicodedata.normalize("NFD", word.lower())
    plain = "".join(c for c in marked if not unicodedata.combining(c))
    if len(plain) > LETTERS:
        return plain[:LETTERS]
    return plain[:-1] if len(plain) > 4 and plain[-1] in "aeos" else plain


def is_small(word: str) -> bool:
    marked = unicodedata.normalize("NFD", word.lower())
    return "".join(c for c in marked if not unicodedata.combining(c)) in SMALL


def read_verses(folder: Path) -> dict[Verse, list[str]]:
    """The stems of each verse."""
    texts: dict[Verse, str] = defaultdict(str)
    for chapter in lines(folder / "rv1909.chapters.jsonl.zst"):
        for block in chapter["blocks"]:
            for run in block.get("runs", []):
                if "x" in run:
                    texts[chapter["book"], chapter["chapter"], run["v"]] += run["x"]
    return {verse: [stem(word) for word in WORD.findall(text) if not is_small(word)] for verse, text in texts.items()}


def read_numbers(folder: Path) -> dict[Verse, list[str]]:
    """The numbers of each verse without those of particles."""
    kinds = {line["id"]: line["pos"] for line in lines(folder / "glosses.jsonl.zst")}
    return {
        (line["book"], line["chapter"], line["verse"]): [
            word[2] for word in line["w"] if word[2] and kinds.get(word[2]) != "part"
        ]
        for line in lines(folder / "source_words.jsonl.zst")
        if line["verse"]
    }


def train(pairs: list[tuple[list[str], list[str]]]) -> dict[tuple[str, str], float]:
    """The part of each number's occurrences that each stem renders."""
    shares: dict[tuple[str, str], float] = {}
    for round_number in range(ROUNDS):
        counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        totals: dict[str, float] = defaultdict(float)
        for stems, numbers in pairs:
            for word in stems:
                if round_number:
                    weights = [(number, shares.get((word, number), 0.0)) for number in numbers]
                else:
                    weights = [(number, 1.0) for number in numbers]
                whole = sum(weight for _, weight in weights) + 1e-4
                for number, weight in weights:
                    if weight:
                        counts[number][word] += weight / whole
                        totals[number] += weight / whole
        shares = {
            (word, number): count / totals[number]
            for number, words in counts.items()
            for word, count in words.items()
            if count / totals[number] > 1e-4
        }
    return {pair: share for pair, share in shares.items() if share >= RAREST and share * totals[pair[1]] >= 1.2}


def main() -> None:
    folder = Path(sys.argv[1])
    numbers = read_numbers(folder)
    verses = read_verses(folder)
    shares = train([(stems, numbers[verse]) for verse, stems in verses.items() if verse in numbers])
    of_stems: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for (word, number), share in sorted(shares.items()):
        of_stems[word].append((number, round(share, 3)))
    with (folder / "rv1909.renderings.jsonl").open("w") as output:
        for word, renders in sorted(of_stems.items()):
            output.write(json.dumps({"stem": word, "renders": renders}) + "\n")


if __name__ == "__main__":
    main()
