"""Writes `spanish_lexicon.tsv`: Spanish words of the SRV with the English words that translate them.

The pairs are found by counting (IBM's model 1, 1993): each English word of a verse is divided among the Spanish words
of the same verse, first evenly, then by what the other verses make likely. It needs PyPI's numpy. Arguments: the
output folder of the build script of `verse-scripture`, the file to write.
"""

import sys
import unicodedata
from pathlib import Path

import numpy as np
from vocabulary import WORD, verses_of, words_of

ENGLISH = ("KJV", "BSB")
ROUNDS = 8
MOST_MEANINGS = 4
LEAST_PART = 0.3
"""Of the best meaning's probability."""
LEAST_PROBABILITY = 0.05
SHORTEST = 3
# The longer endings precede those that they end with. `src/meaning/question.rs` has the same.
ENDINGS = """
    andose iendose ando iendo arlos arles erlos ieron aron abais abamos aban abas aba iamos ian ias
    aria eria iria arian erian irian aremos eremos iremos aran eran iran aras eras iras ara era ira
    are ere ire ados adas idos idas ado ada ido ida asteis aste iste amos emos imos ales eles ores
    oras or ora ar er ir os as es an en o a e s
""".split()  # noqa: SIM905


def folded(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(c))


def stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return word.removesuffix(ending)
    return word


def pairs(folder: Path) -> list[tuple[list[str], list[str]]]:
    spanish = {
        place: [stem(folded(word)) for word in WORD.findall(text)] for place, text in verses_of(folder, "SRV").items()
    }
    english = [verses_of(folder, code) for code in ENGLISH]
    return [
        (sorted(set(words)), sorted(set(words_of(texts[place]))))
        for place, words in spanish.items()
        for texts in english
        if place in texts
    ]


def main() -> None:
    folder, output = map(Path, sys.argv[1:])
    verses = pairs(folder)
    spanish = sorted({word for words, _ in verses for word in words})
    english = sorted({word for _, words in verses for word in words})
    number_of = [{word: number for number, word in enumerate(words)} for words in (spanish, english)]
    cells, groups, group = [], [], 0
    for left, right in verses:
        places = np.array([number_of[0][word] for word in left])
        for word in right:
            cells.append(places * len(english) + number_of[1][word])
            groups.append(np.full(len(places), group))
            group += 1
    keys, pair = np.unique(np.concatenate(cells), return_inverse=True)
    of_group = np.concatenate(groups)
    from_word, to_word = keys // len(english), keys % len(english)
    likely = np.ones(len(keys))
    for _ in range(ROUNDS):
        parts = likely[pair]
        parts /= np.bincount(of_group, parts)[of_group]
        counts = np.bincount(pair, parts)
        likely = counts / np.bincount(from_word, counts)[from_word]
    meanings: dict[int, dict[int, float]] = {}
    for key in np.flatnonzero(likely > LEAST_PROBABILITY):
        meanings.setdefault(int(from_word[key]), {})[int(to_word[key])] = float(likely[key])
    with output.open("w") as file:
        for stem_number, found in sorted(meanings.items()):
            best = sorted(found.items(), key=lambda meaning: -meaning[1])[:MOST_MEANINGS]
            parts_of_best = [(english[number], part / best[0][1]) for number, part in best]
            written = [f"{name}={part:.0%}".rstrip("%") for name, part in parts_of_best if part >= LEAST_PART]
            file.write(f"{spanish[stem_number]}*\t{' '.join(written)}\n")


if __name__ == "__main__":
    main()
