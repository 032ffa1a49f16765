"""The floor: how fast the matrix products of an update alone run here. No update can be faster with these products.

An update multiplies, for every critic and the actor: forward for the label, forward and backward for the critics' step,
forward and backward for the actor's. What else it does (activations, densities, Adam, sampling) is not in the floor.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import torch

from benchmarks.problems import Problem

CRITICS = 2


def layer_shapes(inputs: int, width: int, outputs: int) -> list[tuple[int, int]]:
    """(inputs, outputs) of each layer of a network with two hidden layers."""
    return list(itertools.pairwise((inputs, width, width, outputs)))


def products(problem: Problem) -> list[tuple[int, int, int, int]]:
    """Every product of one run's update, as (how many side by side, rows, inner, columns).

    Backward, a layer needs a product for its weights and one for its inputs. The first layer needs none for its inputs,
    except the critics' in the actor's step, through which the gradient reaches the action; there, in turn, no
    critic's weights need one.
    """
    observation_dim, action_dim = problem.dimensions()
    batch = problem.batch_size
    actor = layer_shapes(observation_dim, problem.width, 2 * action_dim)
    critic = layer_shapes(observation_dim + action_dim, problem.width, 1)
    listed = []
    for stack, layers, forwards, for_weights, for_inputs in (
        (1, actor, 2, True, layers_but_first(actor)),  # the label's action, and the actor's step
        (CRITICS, critic, 2, True, layers_but_first(critic)),  # target critics, and the critics' step
        (CRITICS, critic, 1, False, critic),  # the critics as judges in the actor's step
    ):
        for inputs, outputs in layers:
            listed += [(stack, batch, inputs, outputs)] * forwards
            listed += [(stack, inputs, batch, outputs)] * for_weights
        listed += [(stack, batch, outputs, inputs) for inputs, outputs in for_inputs]
    return listed


def layers_but_first(layers: list) -> list:
    return layers[1:]


def operations(problem: Problem) -> int:
    """Floating-point operations in the products of one run's update: two for each multiply-and-add."""
    return sum(2 * stack * rows * inner * columns for stack, rows, inner, columns in products(problem))


def multiply(a: torch.Tensor, b: torch.Tensor, out: torch.Tensor) -> None:
    """a @ b, in the fastest way known here: products of one column or one row are quicker without `torch.bmm`."""
    if a.shape[-1] == 1:
        torch.mul(a, b, out=out)
    elif b.shape[-1] == 1:
        torch.sum(a * b.mT, dim=-1, keepdim=True, out=out)
    else:
        torch.bmm(a, b, out=out)


def products_of_an_update(problem: Problem, runs: int) -> Callable[[int], None]:
    """A function that multiplies for n updates of so many runs, as batched products like ours."""
    pairs = [
        (torch.randn(runs * stack, rows, inner), torch.randn(runs * stack, inner, columns))
        for stack, rows, inner, columns in products(problem)
    ]
    outs = [torch.empty(a.shape[0], a.shape[1], b.shape[2]) for a, b in pairs]

    def advance(updates: int) -> None:
        for _ in range(updates):
            for (a, b), out in zip(pairs, outs):
                multiply(a, b, out)

    return advance
