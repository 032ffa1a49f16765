"""Each thing that makes the update fast, taken back: the plain code that would stand there otherwise.

`benchmarks/changes.py` trains with one of them taken back, beside the library as it is. They change no formula. Beside
it as well, to see what is left to gain: a part of a step that costs nothing, since it gives its first answer each time.
"""

from __future__ import annotations

import torch

from sacnotes_lib.sac import agent, networks, replay
from sacnotes_lib.training import compiled, run as training


def memory_goes_back_to_the_system() -> None:
    training.keep_freed_memory = lambda: False


def relu_into_new_memory() -> None:
    def forward(self, x):
        *stack_and_batch, _ = x.shape
        x = x.flatten(0, -3)
        *hidden, last = self.layers
        for layer in hidden:
            x = torch.relu(networks.affine(x, *layer))
        return networks.affine(x, *last).view(*stack_and_batch, -1)

    networks.StackedMLP.forward = forward


def one_output_as_a_product() -> None:
    networks.affine = lambda x, weight, bias: torch.baddbmm(bias, x, weight)


def metrics_at_every_update() -> None:
    lazy = agent.Metrics
    agent.Metrics = lambda *made_of: dict(lazy(*made_of))


def look_up_by_two_indices() -> None:
    def sample(self, batch_size, generators):
        run = torch.arange(self._table.shape[0]).unsqueeze(-1)
        return self._batch(self._table[run, generators.integers(len(self), batch_size)])

    replay.ReplayBuffer.sample = sample


def remember_column_by_column() -> None:
    def add(self, *columns):
        rows = [torch.as_tensor(column, dtype=torch.float32) for column in columns]
        rows = [row.unsqueeze(-1) if row.dim() == 1 else row for row in rows]
        self._table[:, self._added % self.capacity] = torch.cat(rows, dim=-1)
        self._added += 1

    replay.ReplayBuffer.add = add


def torchs_own_adam() -> None:
    class Adam(torch.optim.Adam):
        def __init__(self, tensors, learning_rate):
            super().__init__(list(tensors), lr=learning_rate)

        def descend(self, loss):
            tensors = self.param_groups[0]["params"]
            for tensor, gradient in zip(tensors, torch.autograd.grad(loss, tensors)):
                tensor.grad = gradient
            self.step()

    agent.Adam = Adam


def polyak_tensor_by_tensor() -> None:
    @torch.no_grad()
    def polyak_update(target, online, rate):
        for slow, fast in zip(target.tensors(), online.tensors()):
            slow.copy_((1 - rate) * slow + rate * fast)

    agent.polyak_update = polyak_update


def kernels_called_from_python() -> None:
    compiled.OPTIONS.clear()


def do_once(owner: type, function: str) -> None:
    """Let a method give its first answer at every call."""
    real, answers = getattr(owner, function), []

    def first_answer(*args, **kwargs):
        if not answers:
            answers.append(real(*args, **kwargs))
        return answers[0]

    setattr(owner, function, first_answer)
