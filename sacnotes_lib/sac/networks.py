"""Actor and critics, each for several independent runs at once, and the two ways a target critic follows."""

import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sacnotes_lib.sac.distributions import Gaussian, SquashedGaussian
from sacnotes_lib.sac.randomness import RunGenerators

LOG_STD_RANGE = (-20.0, 2.0)  # keeps exp(log_std) away from 0 and from overflow


def affine(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """x @ weight + bias, for every member of a stack by itself.

    With one output, as critics have, the product is a weighted sum of the inputs. Written as one it is quicker, the
    more so the larger the stack: docs/speed.md says by how much.

    Args: x `[S, B, inputs]`, weight `[S, inputs, outputs]`, bias `[S, 1, outputs]`. Returns `[S, B, outputs]`.
    """
    if weight.shape[-1] == 1:
        return (x * weight.mT).sum(-1, keepdim=True) + bias
    return torch.baddbmm(bias, x, weight)


class StackedMLP(nn.Module):
    """A separate multilayer perceptron with ReLU for every run (and critic), all in one batched product per layer.

    For small networks a batched product (see `affine`) costs little more than a single one. It knows one stack axis,
    so (runs, critics) are read as one here: weights are `[R, inputs, outputs]` for actors and
    `[R * N, inputs, outputs]` for critics. They start uniform in ±1/sqrt(inputs), as in `torch.nn.Linear`.

    Args:
        stack: (R,) or (R, N).
        sizes: widths from the input to the output.
        generators: each run's weights come from its own stream.
    """

    def __init__(self, stack: Sequence[int], sizes: Sequence[int], generators: RunGenerators):
        super().__init__()
        self.layers = []
        for depth, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
            bound = 1 / math.sqrt(inputs)
            shapes = {"weight": (*stack[1:], inputs, outputs), "bias": (*stack[1:], 1, outputs)}
            layer = [bound * (2 * generators.uniform(*shape) - 1).flatten(0, -3) for shape in shapes.values()]
            self.layers.append(tuple(nn.Parameter(tensor) for tensor in layer))
            for name, parameter in zip(shapes, self.layers[-1], strict=True):
                self.register_parameter(f"{name}_{depth}", parameter)

    def forward(self, x: Tensor) -> Tensor:
        """`[*stack, B, inputs]` to `[*stack, B, outputs]`."""
        *stack_and_batch, _ = x.shape
        x = x.flatten(0, -3)
        *hidden, last = self.layers
        for layer in hidden:
            x = affine(x, *layer).relu()
        return affine(x, *last).view(*stack_and_batch, -1)

    def tensors(self) -> list[Tensor]:
        """All weights and biases, in a fixed order."""
        return [tensor for layer in self.layers for tensor in layer]


class Actor(nn.Module):
    """Observation `[R, B, observation_dim]` to a policy with mean and log_std `[R, B, A]`."""

    def __init__(self, observation_dim, action_dim, hidden_sizes, generators: RunGenerators, *, squash=True):
        super().__init__()
        sizes = (observation_dim, *hidden_sizes, 2 * action_dim)
        self.net = StackedMLP((len(generators),), sizes, generators)
        self.distribution = SquashedGaussian if squash else Gaussian

    def forward(self, observation: Tensor) -> Gaussian:
        mean, log_std = self.net(observation).chunk(2, dim=-1)
        return self.distribution(mean, log_std.clamp(*LOG_STD_RANGE))

    def tensors(self) -> list[Tensor]:
        """All weights and biases, in a fixed order."""
        return self.net.tensors()


class Critics(nn.Module):
    """N critics side by side: observation `[R, B, observation_dim]`, action `[R, B, A]` to Q `[R, N, B]`."""

    def __init__(self, observation_dim, action_dim, hidden_sizes, num_critics, generators: RunGenerators):
        super().__init__()
        self.num_critics = num_critics
        sizes = (observation_dim + action_dim, *hidden_sizes, 1)
        self.net = StackedMLP((len(generators), num_critics), sizes, generators)

    def forward(self, observation: Tensor, action: Tensor) -> Tensor:
        inputs = torch.cat([observation, action], dim=-1).unsqueeze(-3)
        every_critic = inputs.expand(-1, self.num_critics, -1, -1)
        return self.net(every_critic).squeeze(-1)

    def tensors(self) -> list[Tensor]:
        """All weights and biases, in a fixed order."""
        return self.net.tensors()


@torch.no_grad()
def polyak_update(target: Critics, online: Critics, rate: float) -> None:
    """target <- (1 - rate) target + rate online, in place (Lillicrap et al. 2016, algorithm 1). Mean age 1/rate."""
    for slow, fast in zip(target.tensors(), online.tensors(), strict=True):
        slow.lerp_(fast, rate)


@torch.no_grad()
def hard_update(target: Critics, online: Critics) -> None:
    """target <- online, in place (Mnih et al. 2015). Done every K updates, the mean age is about K/2."""
    for slow, fast in zip(target.tensors(), online.tensors(), strict=True):
        slow.copy_(fast)
