"""The update as one compiled graph: `SAC.update` itself, traced by `torch.compile`, so no formula stands twice.

It buys two to three times the updates per second for one small network, less for larger ones, and costs a start of
some ten to thirty seconds: for long runs. `docs/speed.md` says what was measured.
"""

import os
import shutil
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.metrics import Metrics
from sacnotes_lib.sac.randomness import RunGenerators
from sacnotes_lib.sac.replay import Batch

COMPILERS = ("c++", "g++", "clang++", "cl")
# A graph's kernels are called from C++, not one by one from Python.
OPTIONS: dict[str, Any] = {"cpp_wrapper": True}


class CannotCompile(RuntimeError):
    """`compile=True` will not work here, or not with this agent. The message says what to do."""


class CompiledUpdate:
    """Call it with a batch in place of `agent.update`: the same step from the same random numbers.

    Two things cannot stand in a graph, and are done around it: random numbers are drawn first, in the order in
    which an update draws them (the first update, not compiled, shows that order); and the number of updates is
    counted outside.

    Args:
        agent: what learns.
        backend: PyTorch's compiler of graphs; "eager" runs a graph as it was traced, which tests do.

    Raises:
        CannotCompile: without a C++ compiler, or where this PyTorch is too old; at the second call, where a
            subclass's formula cannot be traced.
    """

    def __init__(self, agent: SAC, backend: str = "inductor"):
        if backend == "inductor":
            require_compiler()
        if not hasattr(torch._dynamo.config, "trace_autograd_ops"):
            raise CannotCompile(
                f"PyTorch {torch.__version__} cannot compile a step with its gradients: compile=True needs a newer one"
            )
        torch._dynamo.config.trace_autograd_ops = True  # gradients are taken inside the graph
        self.agent = agent
        options = OPTIONS if backend == "inductor" else None
        self._graph = torch.compile(self._traced, backend=backend, fullgraph=True, options=options)
        self._drawn: list[Tensor] = []  # to be handed out in their order, whatever is asked for
        self._draws: list[tuple] = []  # what an update asks for: pairs (kind, arguments)
        self._draws_of: tuple | None = None  # what the order of draws was recorded for

    def __call__(self, batch: Batch) -> Metrics:
        agent = self.agent
        if self._draws_of != (agent.config, batch.reward.shape):
            return self._recorded(batch)
        numbers = [getattr(agent.generators, kind)(*shape) for kind, shape in self._draws]
        done, streams = agent.updates_done, agent.generators
        # A count that stayed in the graph would make it anew for the second update.
        agent.updates_done = (
            done % agent.config.hard_update_period if agent.config.target_update == "hard" else 0
        )
        agent.generators = InPlaceOf(streams, lambda kind, arguments: self._drawn.pop(0))
        try:
            metrics = self._graph(batch, numbers)
        except torch._dynamo.exc.Unsupported as refused:
            raise CannotCompile(
                f"{type(agent).__name__}.update cannot be compiled: {str(refused).splitlines()[0]}. "
                "Train it without compile=True"
            ) from refused
        finally:
            agent.generators, agent.updates_done = streams, done
        agent.updates_done += 1
        return metrics

    def _traced(self, batch: Batch, numbers: Sequence[Tensor]) -> Metrics:
        self._drawn = list(numbers)
        return self.agent.update(batch)

    def _recorded(self, batch: Batch) -> Metrics:
        """One update as it is, noting what it draws."""
        streams, draws = self.agent.generators, list[tuple]()

        def draw(kind: str, arguments: tuple) -> Tensor:
            draws.append((kind, arguments))
            return getattr(streams, kind)(*arguments)

        self.agent.generators = InPlaceOf(streams, draw)
        try:
            metrics = self.agent.update(batch)
        finally:
            self.agent.generators = streams
        self._draws, self._draws_of = draws, (self.agent.config, batch.reward.shape)
        return metrics


class InPlaceOf(RunGenerators):
    """Takes the place of other streams: every draw is a call of `draw`, with its kind and the arguments."""

    def __init__(self, streams: RunGenerators, draw: Callable[[str, tuple], Tensor]):
        self._streams, self.device, self._draw = streams, streams.device, draw

    def __len__(self) -> int:
        return len(self._streams)

    def normal(self, *shape: int) -> Tensor:
        return self._draw("normal", shape)

    def uniform(self, *shape: int) -> Tensor:
        return self._draw("uniform", shape)

    def integers(self, high: int, *shape: int) -> Tensor:
        return self._draw("integers", (high, *shape))


def require_compiler() -> None:
    """Raise CannotCompile unless a C++ compiler is on the PATH, or where the variable CXX says."""
    if not any(shutil.which(name) for name in (os.environ.get("CXX", ""), *COMPILERS) if name):
        raise CannotCompile(
            "compile=True needs a C++ compiler, and none is on the PATH. Debian, Ubuntu: apt-get install g++; macOS: "
            "xcode-select --install; Windows: the Build Tools for Visual Studio. Or train without compile=True: the "
            "numbers are the same"
        )
