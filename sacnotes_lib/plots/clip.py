"""A short film of an agent: it plays in the page with nothing but what pip installed."""

import html
import io
import os
from base64 import b64encode
from contextlib import contextmanager

import numpy as np
from gymnasium.vector import VectorEnv
from PIL import Image

from sacnotes_lib.plots.picture import small_png
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.training.environments import make_environments
from sacnotes_lib.training.run import TrainingRun

FRAME_MS = 100
TIMES_SHOWN = 3  # a film that never stops pulls the eye from the text beside it


class Clip:
    """An animated image, and for pages without animation a strip of six moments, with a text that says what happens."""

    def __init__(self, frames: list[np.ndarray], description: str):
        self.description = description
        images = [Image.fromarray(frame) for frame in frames]
        self.width, self.height = images[0].size
        film = io.BytesIO()
        images[0].save(
            film, "webp", save_all=True, append_images=images[1:], duration=FRAME_MS, loop=TIMES_SHOWN,
            quality=60, method=6,
        )  # fmt: skip
        self.film = film.getvalue()
        moments = [frames[i] for i in np.linspace(0, len(frames) - 1, 6).round().astype(int)]
        self.strip = small_png(np.concatenate(moments, axis=1))

    def _repr_mimebundle_(self, include=None, exclude=None):
        text = html.escape(self.description)
        film = b64encode(self.film).decode("ascii")
        data = {
            "text/html": (
                f'<figure style="margin:0 0 1em"><img width="{self.width}" height="{self.height}" alt="{text}" '
                f'src="data:image/webp;base64,{film}"><figcaption>{text}</figcaption></figure>'
            ),
            "image/png": b64encode(self.strip).decode("ascii"),
            "text/plain": self.description,
        }
        return data, {"image/png": {"alt": self.description}}


@contextmanager
def _no_screen():
    """Lets pygame draw into memory where there is no screen, without a complaint on stderr."""
    before = os.environ.get("SDL_VIDEODRIVER")
    os.environ["SDL_VIDEODRIVER"] = before or "dummy"
    try:
        yield
    finally:
        if before is None:
            del os.environ["SDL_VIDEODRIVER"]


@_no_screen()
def animate(
    agent: TrainingRun | SAC,
    run: int = 0,
    seed: int = 0,
    *,
    max_steps: int = 200,
    every: int = 4,
    width: int = 200,
) -> Clip:
    """A clip of one deterministic episode.

    Args:
        agent: a TrainingRun or an agent; a fresh one shows what it does before training.
        run: which of its seeds acts.
        seed: the episode's starting state.
        max_steps: where the clip ends if the episode does not.
        every: environment steps from one frame to the next.
        width: pixels.

    Raises:
        RuntimeError: where the environment cannot draw itself here, with what to try.
    """
    agent = agent.agent if isinstance(agent, TrainingRun) else agent
    config = agent.config
    envs = make_environments(config.env_id, 1, {**config.env_kwargs, "render_mode": "rgb_array"})
    observation, _ = envs.reset(seed=[seed])
    frames, total = [], 0.0
    for step in range(max_steps):
        if step % every == 0:
            frames.append(_frame(envs, width))
        same_for_all = np.tile(observation, (agent.runs, 1))
        action = agent.act(same_for_all, deterministic=True)[[run]]
        observation, reward, terminated, truncated, _ = envs.step(action)
        total += float(reward[0])
        if terminated[0] or truncated[0]:
            break
    envs.close()
    updates = f"after {agent.updates_done:,} updates" if agent.updates_done else "before training"
    return Clip(frames, f"{config.env_id} {updates}: {step + 1} steps from start {seed}, return {total:.0f}.")


def _frame(envs: VectorEnv, width: int) -> np.ndarray:
    try:
        (pixels,) = envs.render()
    except Exception as error:
        raise RuntimeError(
            f"{envs.spec.id} could not draw itself here ({error}). Training and evaluation do not need it. "
            "For MuJoCo's environments on a machine without a screen, set MUJOCO_GL=egl or MUJOCO_GL=osmesa "
            "before Python starts."
        ) from error
    image = Image.fromarray(pixels)
    return np.asarray(
        image.resize((width, round(width * image.height / image.width)), Image.Resampling.LANCZOS)
    )
