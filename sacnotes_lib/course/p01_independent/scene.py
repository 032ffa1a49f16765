"""What one forgotten axis does to the critic's labels: notebook 01."""

import textwrap
from types import SimpleNamespace

import numpy as np
import torch
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from torch import Tensor
from torch.distributions import Independent, Normal

from sacnotes_lib.course.p01_independent.cells import Block, Cells, OutlineText
from sacnotes_lib.course.stage.controls import Choice, Integer
from sacnotes_lib.course.stage.moving import key, moving_line, moving_text
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots import style

DISCOUNT = 0.99
TEMPERATURE = 0.3

INDEPENDENT = "Independent(Normal, 1)"
NORMAL = "Normal"
FLAT = "[B]"
COLUMN = "[B, 1]"

LARGEST_BATCH = 12
LARGEST_ACTION_DIM = 4

FORMULA = "label = reward + discount * (next_q - temperature * log_prob)"
MONO = "DejaVu Sans Mono"
CHARACTER = 0.1505  # inches: width of a monospaced letter at 18 points

TABLE = (0.15, 0.8, 6.4, 4.4)  # left, bottom, width, height of the cells' area, in inches
LARGEST_CELL = 0.75
SMALLEST_CELL_WITH_NUMBER = 0.42
GAP = 0.12
NAME_WIDTH = 1.15  # inches kept for a name beside a lying strip
NAME_HEIGHT = 0.34  # inches kept for an upright name beside a standing strip

GOOD, BAD = "#1a7f37", style.RED
NAMES = ("reward", "next_q", "log_prob")


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


def _setup_pulls(figure):
    width, height = figure.get_size_inches()
    axes = figure.add_axes(
        (7.6 / width, 1.0 / height, 3.25 / width, 3.4 / height), xlim=(0, 1), ylim=(-2.6, 1.0)
    )
    axes.set(xticks=[], yticks=[-2, -1, 0, 1], xlabel="transitions of the batch", ylabel="label (reward)")
    own = {"color": style.BLUE, "marker": "o", "markersize": 17, "markeredgewidth": 4, "fillstyle": "none"}
    pulled = {"color": BAD, "marker": "X", "markersize": 12}
    marks = [moving_line(axes, linestyle="none", **look) for look in (own, pulled)]
    key(
        axes, dict(zip(marks, ("its own label", "where the loss pulls Q"))), [0.04], 0.11, top=1.20, step=0.12
    )
    stems = LineCollection([], color=BAD, linewidth=2.5, linestyle=":", animated=True)
    axes.add_collection(stems, autolim=False)
    return {
        "stems": stems,
        "own": marks[0],
        "pulled": marks[1],
        "nothing": moving_text(axes, 0.5, 0.06, ha="center", color=BAD),
    }


def table_layout(shapes: dict[str, tuple[int, int] | None]) -> tuple[float, dict[str, tuple]]:
    """Side of a cell in inches, and for each tensor (left, top, rows, columns).

    Broadcasting lines shapes up from the right: one-dimensional tensors lie along the columns of the label,
    those with more axes stand along its rows.
    """
    lying = [name for name in NAMES if shapes[name][0] is None]
    standing = [name for name in NAMES if shapes[name][0] is not None]
    batch = max(size for shape in shapes.values() if shape for size in shape if size)
    label_rows, label_columns = shapes["labels"] or (batch, batch)
    rows = len(lying) + (label_rows or 1)
    columns = sum(shapes[name][1] for name in standing) + label_columns
    names_left = max(NAME_WIDTH, len(standing) * (NAME_HEIGHT + GAP)) if standing else NAME_WIDTH
    left, bottom, width, height = TABLE
    free_height = height - GAP * (len(lying) + 1)
    free_width = width - names_left - GAP * (len(standing) + 1)
    cell = min(LARGEST_CELL, free_height / rows, free_width / columns)

    stand_width = sum(shapes[name][1] * cell + NAME_HEIGHT + GAP for name in standing)
    label_left = left + max(NAME_WIDTH, stand_width)
    top = bottom + height
    blocks = {}
    for name in lying:
        blocks[name] = (label_left, top, 1, shapes[name][1])
        top -= cell + GAP
    top -= GAP if lying else 0
    x = label_left - stand_width + NAME_HEIGHT
    for name in standing:
        blocks[name] = (x, top, *shapes[name])
        x += shapes[name][1] * cell + GAP + NAME_HEIGHT
    blocks["labels"] = (label_left, top, label_rows or 1, label_columns)
    return cell, blocks


def _rows_and_columns(tensor):
    """(rows, columns) of a tensor, rows None where it has one axis; None for no tensor."""
    if tensor is None:
        return None
    return (None, *tensor.shape) if tensor.ndim == 1 else tuple(tensor.shape)


def _draw_cells(artists, data, cell, places):
    blocks = []
    for name, (left, top, rows, columns) in places.items():
        tensor = getattr(data, name)
        if tensor is not None:
            marked = data.right_cells.reshape(rows, columns).numpy() if name == "labels" else None
            blocks.append(Block(left, top, tensor.reshape(rows, columns).numpy(), marked))
    artists.cells.show(blocks, cell, numbers=cell >= SMALLEST_CELL_WITH_NUMBER)


def _write_shape(artists, name, text, color):
    """The shape of a tensor, below its name in the formula."""
    height = artists.inches.get_ylim()[1]
    artists.shapes[name].write(text, artists.places[name], height - 0.75, align=0.5)
    artists.shapes[name].set_facecolor(color)


def _place_name(text, name, block, cell):
    left, top, rows, _ = block
    if rows == 1:
        text.write(name, left - GAP, top - cell / 2, align=1)
    else:
        text.write(name, left - GAP / 2, top - rows * cell / 2, upright=True)


def _draw_verdict(artists, data, cell, blocks):
    left, top, rows, _ = blocks["labels"]
    artists.refusal.set_visible(bool(data.refusal))
    artists.names["label"].set_visible(rows == 1)
    if data.refusal:
        message = "\n".join(textwrap.wrap(f"RuntimeError: {data.refusal}", 30))
        artists.refusal.set(position=(left + GAP, top - GAP), text=message)
        shape, verdict, color = "error", "PyTorch refuses: no label, no harm", GOOD
    else:
        _place_name(artists.names["label"], "label", blocks["labels"], cell)
        batch, total = data.own.numel(), data.labels.numel()
        shape, verdict, color = str(list(data.labels.shape)), f"{total} labels, all right", GOOD
        if not data.right_cells.all():
            verdict = f"{total} labels where {batch} belong. Mixed over the batch: {', '.join(data.mixed)}"
            color = BAD
    _write_shape(artists, "label", shape, BAD if data.refusal else color)
    artists.verdict.write(verdict, TABLE[0], 0.3)
    artists.verdict.set_facecolor(color)


def _draw_pulls(artists, data):
    batch = data.own.numel()
    places = (np.arange(batch) + 0.5) / batch
    artists.own.set_data(places, data.own)
    pulled = np.full(batch, np.nan) if data.pulled is None else data.pulled.numpy()
    artists.pulled.set_data(places, pulled)
    ends = np.stack([data.own.numpy(), pulled], axis=-1)  # [B, 2]
    artists.stems.set_segments([[(x, a), (x, b)] for x, (a, b) in zip(places, ends, strict=True)])
    artists.nothing.set_text("no loss, no pull" if data.refusal else "")


class BroadcastScene(Scene):
    """The soft Bellman label with the shapes that a page or a program may give it, and what the loss does then."""

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

    def setup(self, figure: Figure) -> SimpleNamespace:
        """Header, area of cells and chart of pulls; everything that moves is animated."""
        figure.set_layout_engine("none")  # everything is placed in inches
        width, height = figure.get_size_inches()
        inches = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height))
        inches.axis("off")
        start = (width - CHARACTER * len(FORMULA)) / 2
        inches.text(start, height - 0.35, FORMULA, va="center", family="monospace", fontsize=18)
        names = ("label", *NAMES)
        shapes = {name: OutlineText(inches, 18, MONO, "bold") for name in names}
        places = {name: start + CHARACTER * (FORMULA.index(name) + len(name) / 2) for name in names}
        cells = Cells(inches, -2.6, 1.2)
        names = {name: OutlineText(inches, 15, MONO) for name in names}
        verdict = OutlineText(inches, 18, weight="bold")
        refusal = inches.text(0, 0, "", color=BAD, fontsize=16, va="top", animated=True)
        return SimpleNamespace(
            inches=inches, shapes=shapes, places=places, cells=cells, names=names, verdict=verdict, refusal=refusal,
            **_setup_pulls(figure),
        )  # fmt: skip

    def draw(self, artists: SimpleNamespace, data) -> None:
        tensors = {name: getattr(data, name) for name in ("reward", "next_q", "log_prob", "labels")}
        cell, blocks = table_layout({name: _rows_and_columns(tensor) for name, tensor in tensors.items()})
        _draw_cells(artists, data, cell, blocks)
        for name in NAMES:
            _place_name(artists.names[name], name, blocks[name], cell)
            _write_shape(artists, name, str(list(tensors[name].shape)), style.INK)
        _draw_verdict(artists, data, cell, blocks)
        _draw_pulls(artists, data)

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
