"""One update of SAC in slow motion, under two sliders and a menu of slips: notebook 10."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sacnotes_lib.course.p10_own_words import drawing
from sacnotes_lib.course.p10_own_words.slow_motion import (
    BUFFER_NEXT,
    PLUS_ENTROPY,
    RIGHT,
    SHARES,
    STAGES,
    TIMES_D,
    UPDATES,
    Moment,
    history,
)
from sacnotes_lib.course.stage.controls import Choice, Integer
from sacnotes_lib.course.stage.scene import Scene


class OneUpdateScene(Scene):
    """Left, critic, labels and policy; right, seven numbers, and which of them this stage has moved."""

    title = "One update in slow motion"
    size = (12.0, 6.4)
    controls = {
        "stage": Integer("Stage of the update", 0, len(STAGES) - 1, 0),
        "update": Integer("Update number", 1, UPDATES, 1),
        "assembled": Choice("Assembled", (RIGHT, BUFFER_NEXT, PLUS_ENTROPY, TIMES_D, SHARES)),
    }

    def compute(self, stage: int, update: int, assembled: str) -> Moment:
        stages = history(assembled)[update - 1]
        rightly = history(RIGHT)[update - 1][stage]
        return Moment(update, stage, assembled, stages[max(0, stage - 1)], stages[stage], rightly)

    setup = staticmethod(drawing.setup)
    draw = staticmethod(drawing.draw)

    def describe(self, parameters: Mapping[str, Any], data: Moment) -> str:
        before, now, rightly = (learner.numbers() for learner in (data.before, data.now, data.rightly))
        known = {name: value for name, value in now.items() if not math.isnan(value)}
        moved = [f"{name} to {value:.3f}" for name, value in known.items() if value != before[name]]
        words = f"Update {data.update}, stage {data.stage}: {STAGES[data.stage]}. "
        words += f"Moved: {', '.join(moved)}. " if moved else "None of the numbers moved. "
        words += "; ".join(f"{name} {value:.3f}" for name, value in known.items()) + "."
        if data.slip != RIGHT:
            beside = ", ".join(f"{name} {rightly[name]:.3f}" for name in known)
            words += f" Assembled with the slip {data.slip}; rightly it would be {beside}."
        return words
