"""What one forgotten axis does to the critic's labels: notebook 01."""

from __future__ import annotations

from types import SimpleNamespace

import torch
from torch import Tensor
from torch.distributions import Independent, Normal

from sacnotes_lib.course.p01_independent import drawing
from sacnotes_lib.course.stage.controls import Choice, Integer
from sacnotes_lib.course.stage.scene import Scene

DISCOUNT = 0.99
TEMPERATURE = 0.3

INDEPENDENT = "Independent(Normal, 1)"
NORMAL = "Normal"
FLAT = "[B]"
COLUMN = "[B, 1]"

LARGEST_BATCH = 12
LARGEST_ACTION_DIM = 4


def soft_label(reward: Tensor, next_q: Tensor, log_prob: Tensor) -> Tensor:
    """reward + discount * (next_q - temperature * log_prob), with whatever shapes broadcasting makes of it."""
    return reward + DISCOUNT * (next_q - TEMPERATURE * log_prob)


def minimizer_of_squared_loss(labels: Tensor, q_shape: torch.Size) -> Tensor:
    """The q of shape ``q_shape`` at which ``((q - labels) ** 2).mean()`` is smallest.

    It is the mean of all the labels that broadcasting puts opposite each entry of q.
    """
    return labels.sum_to_size(q_shape) * (q_shape.numel() / labels.numel())


def seeded_batch(batch_size: int, action_dim: int) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """reward [B], next_q [B], mean, std and action [B, A]. A larger batch keeps the rows of a smaller one."""
    generator = torch.Generator().manual_seed(0)
    # Multiples of the golden ratio, modulo one: spread over the whole range for every batch size.
    reward = -2.0 * (torch.arange(1, LARGEST_BATCH + 1) * 0.618034 % 1.0)
    next_q = 0.2 * torch.randn(LARGEST_BATCH, generator=generator)
    mean = torch.randn(LARGEST_BATCH, LARGEST_ACTION_DIM, generator=generator)
    std = torch.empty(LARGEST_BATCH, LARGEST_ACTION_DIM).uniform_(0.2, 0.9, generator=generator)
    action = mean + std * torch.randn(LARGEST_BATCH, LARGEST_ACTION_DIM, generator=generator)
    rows, columns = slice(batch_size), slice(action_dim)
    return reward[rows], next_q[rows], mean[rows, columns], std[rows, columns], action[rows, columns]


class BroadcastScene(Scene):
    """The soft Bellman label with the shapes that a page or a program may give it, and what the loss does then."""

    title = "What broadcasting does to the labels"
    size = (11.0, 6.5)
    controls = {
        "distribution": Choice("Distribution", (NORMAL, INDEPENDENT)),
        "critic_shape": Choice("Critic returns", (FLAT, COLUMN)),
        "batch_size": Integer("Batch size B", 2, LARGEST_BATCH, 6),
        "action_dim": Integer("Action dimension A", 1, LARGEST_ACTION_DIM, 1),
    }

    def compute(
        self, distribution: str, critic_shape: str, batch_size: int, action_dim: int
    ) -> SimpleNamespace:
        reward, next_q, mean, std, action = seeded_batch(batch_size, action_dim)
        right_log_prob = Independent(Normal(mean, std), 1).log_prob(action)
        log_prob = right_log_prob if distribution == INDEPENDENT else Normal(mean, std).log_prob(action)
        own = soft_label(reward, next_q, right_log_prob)
        next_q = next_q if critic_shape == FLAT else next_q.unsqueeze(-1)
        parts = {"reward": reward, "next_q": next_q, "log_prob": log_prob}
        try:
            labels = soft_label(**parts)
        except RuntimeError as refusal:
            return SimpleNamespace(**parts, own=own, labels=None, pulled=None, refusal=str(refusal))
        # The critic that is trained has the same shape as the target critic: they are the same network.
        minimizer = minimizer_of_squared_loss(labels, next_q.shape)
        return SimpleNamespace(
            **parts,  # reward [B]; next_q [B] or [B, 1]; log_prob [B] or [B, A]
            own=own,  # [B], each transition's right label
            labels=labels,
            # like labels: is this entry the own label of the transition whose Q meets it?
            right_cells=torch.isclose(labels, own.reshape(next_q.shape).expand_as(labels)),
            pulled=minimizer.flatten(),  # [B], the value to which the squared loss pulls each transition's Q
            # the parts of the label that the loss averages over several transitions
            mixed=tuple(name for name, part in parts.items() if part.shape != next_q.shape),
            loss_floor=(minimizer - labels).square().mean().item(),  # the smallest loss that any Q can reach
            refusal="",
        )

    setup = staticmethod(drawing.setup)
    draw = staticmethod(drawing.draw)

    def describe(self, parameters, data) -> str:
        shapes = (
            f"{parameters['distribution']}: log_prob is {shape_text(data.log_prob)}, the critic's Q "
            f"{shape_text(data.next_q)}, the reward {shape_text(data.reward)}."
        )
        if data.refusal:
            return f"{shapes} PyTorch refuses: {data.refusal}. No label is made, nothing is learned wrongly."
        right, total = int(data.right_cells.sum()), data.labels.numel()
        mixed = f"Mixed over the batch: {', '.join(data.mixed)}. " if data.mixed else "Nothing is mixed. "
        return (
            f"{shapes} The label is {shape_text(data.labels)}: {total} numbers, {right} of them a transition's "
            f"own label. {mixed}Own labels reach from {data.own.min():.2f} to {data.own.max():.2f}; the loss pulls "
            f"Q to values from {data.pulled.min():.2f} to {data.pulled.max():.2f}, up to "
            f"{(data.pulled - data.own).abs().max():.2f} from a transition's own label. "
            f"The smallest loss any critic can reach is {data.loss_floor:.3f}."
        )


def shape_text(tensor: Tensor) -> str:
    """The shape as a page writes it: [6], [6, 1]."""
    return str(list(tensor.shape))
