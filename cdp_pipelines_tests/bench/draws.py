"""Numbers that look random and are the same for ever: every draw is a hash of seed, subject and number.

Unlike a stream of random numbers, a draw does not depend on what was drawn before it. So order 7 is the same order in a
file of 100 lines and in one of a million, and a nightly file is made without reading the file of the day before.
"""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np

STEP = 0x9E3779B97F4A7C15


@dataclass(frozen=True)
class Draws:
    """Draws under one seed."""

    seed: int

    def bits(self, subject: str, numbers: np.ndarray) -> np.ndarray:
        """Return 64 hashed bits (splitmix64) for each of the numbers."""
        salt = int.from_bytes(sha256(f"{self.seed} {subject}".encode()).digest()[:8], "little")
        mixed = numbers.astype(np.uint64) * np.uint64(STEP) + np.uint64(salt)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))

    def below(self, limit: int | np.ndarray, subject: str, numbers: np.ndarray) -> np.ndarray:
        """Return an integer from 0 to `limit` - 1 for each of the numbers."""
        share = (self.bits(subject, numbers) >> np.uint64(11)).astype(np.float64) / 2**53
        return (share * limit).astype(np.int64)

    def chance(self, share: float, subject: str, numbers: np.ndarray) -> np.ndarray:
        """Return whether something that happens in `share` of all cases happens for each of the numbers."""
        return self.below(1_000_000, subject, numbers) < round(share * 1_000_000)

    def weighted(self, weights: list[int], subject: str, numbers: np.ndarray) -> np.ndarray:
        """Return a position in `weights`, each as often as its weight says."""
        return np.searchsorted(np.cumsum(weights), self.below(sum(weights), subject, numbers), side="right")
