"""One random stream for each run, so that run i draws the same numbers alone or beside others."""

import hashlib
from collections.abc import Sequence

import torch


class RunGenerators:
    """The random streams of R independent runs.

    Every draw has the run axis in front, and row r comes from the generator of run r alone. This is what makes
    run r of eight equal to run r trained by itself.

    Args:
        seeds: one integer for each run, from 0 to 2⁶³ - 1.
        stream: keeps apart the streams of one run that serve different ends (weights, noise, exploration).
        device: where the numbers are drawn and live.
    """

    def __init__(self, seeds: Sequence[int], stream: int = 0, device: str | torch.device = "cpu"):
        self.device = torch.device(device)
        self._generators = [
            torch.Generator(device).manual_seed((1_000_003 * seed + stream) % 2**63) for seed in seeds
        ]

    def __len__(self) -> int:
        return len(self._generators)

    def normal(self, *shape: int) -> torch.Tensor:
        """Standard normal numbers, `[R, *shape]`."""
        return self._stack(lambda g: torch.randn(shape, generator=g, device=self.device))

    def uniform(self, *shape: int) -> torch.Tensor:
        """Uniform numbers in [0, 1), `[R, *shape]`."""
        return self._stack(lambda g: torch.rand(shape, generator=g, device=self.device))

    def integers(self, high: int, *shape: int) -> torch.Tensor:
        """Integers in {0, ..., high - 1}, `[R, *shape]`."""
        return self._stack(lambda g: torch.randint(high, shape, generator=g, device=self.device))

    def get_state(self) -> list[torch.Tensor]:
        """The streams' positions, to be given to `set_state` later."""
        return [g.get_state() for g in self._generators]

    def set_state(self, states: Sequence[torch.Tensor]) -> None:
        """Put every stream back to a position that `get_state` returned.

        A position holds on one kind of device only. One from another kind becomes the seed of a new stream, so that
        what was begun on a GPU goes on without one, with other random numbers, the same each time.
        """
        for generator, state in zip(self._generators, states, strict=True):
            state = state.cpu()
            if len(state) == len(generator.get_state()):
                generator.set_state(state)
            else:
                digest = hashlib.sha256(state.numpy().tobytes()).digest()
                generator.manual_seed(int.from_bytes(digest[:6], "big"))

    def _stack(self, draw) -> torch.Tensor:
        return torch.stack([draw(g) for g in self._generators])
