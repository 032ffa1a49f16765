"""What a demo is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Demo:
    """One page for the projector. All words are plain text.

    Attributes:
        name: in the page's address; small letters and hyphens.
        title: in large type.
        minutes: for the question, the hands, the move and the talk.
        ask: the question to the room.
        options: the predictions to collect, by show of hands.
        move: what to do at the controls, in order.
        see: what they should see, in order; folded until it is wanted.
        panel: makes the picture with its controls, out of the library's top level. A function, so that the list of
            demos can be read without importing PyTorch.
        settings: of a training console, those that this demo moves; the others wait behind a button.
    """

    name: str
    title: str
    minutes: int
    ask: str
    options: tuple[str, ...]
    move: tuple[str, ...]
    see: tuple[str, ...]
    panel: Callable[[ModuleType], Any]
    settings: tuple[str, ...] = ()
