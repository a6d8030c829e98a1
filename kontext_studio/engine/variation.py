"""What a seed decides: small, well spread differences between variants, and streams of noise.

The same seed gives the same numbers everywhere. Neighbouring seeds lie far apart by construction
(Weyl sequences), so that the variants of one run are told apart at a glance.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_MODULUS = 1 << 64
# Odd multipliers near powers of the plastic number: their multiples fill the range evenly.
_STEPS = (0x9E3779B97F4A7C15, 0xC13FA9A902A6328F, 0x91E10DA5C79E7B1D, 0xD1B54A32D192ED03)


def seed_of_variant(seed: int, index: int) -> int:
    """Variant 0 is the single picture of `seed`; variant i is that of `seed + i`, from the
    largest seed on to 0."""
    return (seed + index) % _MODULUS


@dataclass(frozen=True, slots=True)
class Variation:
    """The play that one variant of one operation has."""

    seed: int
    salt: str = ""

    def spread(self, dimension: int = 0) -> float:
        """From -1 to 1, evenly filled over consecutive seeds."""
        offset = zlib.crc32(b"play %d" % dimension) << 32
        step = _STEPS[dimension % len(_STEPS)]
        value = (self.seed * step + offset) % _MODULUS
        return value / (_MODULUS / 2) - 1

    def factor(self, dimension: int, play: float) -> float:
        """From 1 - play to 1 + play."""
        return 1 + play * self.spread(dimension)

    def noise(self) -> np.random.Generator:
        """Random numbers of this variant's own."""
        import numpy as np  # seeds are counted before the first picture is opened

        salt = zlib.crc32(self.salt.encode())
        return np.random.default_rng([self.seed % _MODULUS, salt])
