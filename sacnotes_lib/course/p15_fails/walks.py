"""Walks that find a door by luck: exact times, walks that are drawn, and a car in a valley. Notebook 15."""

import numpy as np

CAR_STEPS = 999  # of an episode of MountainCarContinuous-v0
CAR_LEFT, CAR_RIGHT, CAR_FLAG = -1.2, 0.6, 0.45
CAR_SPEED = 0.07


def walk(length: int, keep: float) -> np.ndarray:
    """Chances `[2 length, 2 length]` of one step of a walk of ±1 from 0, where a wall is, to a door at `length`.

    State 2x + 1 is place x, reached by a step to the right, and 2x the same by one to the left. Each step keeps the
    last one's direction with probability `keep`, and turns otherwise; at the wall it goes right. What a row lacks of
    1 goes through the door.
    """
    moves = np.zeros((2 * length, 2 * length))
    for place in range(length):
        for heading in (0, 1):
            right = 1.0 if place == 0 else keep if heading else 1 - keep
            if place + 1 < length:
                moves[2 * place + heading, 2 * (place + 1) + 1] = right
            if place > 0:
                moves[2 * place + heading, 2 * (place - 1)] = 1 - right
    return moves


def mean_steps(moves: np.ndarray) -> np.ndarray:
    """Mean number of steps `[n]` until a walk has left the states `[n]`, from each: h = 1 + moves @ h."""
    return np.linalg.solve(np.eye(len(moves)) - moves, np.ones(len(moves)))


def arrived_after(length: int, keep: float, steps: int) -> np.ndarray:
    """Share of walks that are through the door after 0, 1, … `steps` steps, `[steps + 1]`, exactly."""
    where, moves, inside = np.zeros(2 * length), walk(length, keep), np.empty(steps + 1)
    where[1] = 1
    for step in range(steps + 1):
        inside[step] = where.sum()
        where = where @ moves
    return 1 - inside


def drawn_walks(length: int, keep: float, steps: int, count: int, seed: int = 0) -> np.ndarray:
    """Places `[count, steps + 1]` of walks drawn by chance; whoever is through the door stays there."""
    rng = np.random.default_rng(seed)
    turns = rng.random((steps, count)) >= keep
    places, heading = np.zeros((steps + 1, count), int), np.ones(count, int)
    for step, turn in enumerate(turns):
        here = places[step]
        heading = np.where(here == 0, 1, np.where(turn, -heading, heading))
        places[step + 1] = np.where(here == length, here, here + heading)
    return places.T


def cars_at_the_flag(hold: int, episodes: int = 1000, seed: int = 0) -> float:
    """Share of episodes of MountainCarContinuous-v0 that reach the flag by uniform actions, each held `hold` steps."""
    rng = np.random.default_rng(seed)
    x, v = rng.uniform(-0.6, -0.4, episodes), np.zeros(episodes)
    there = np.zeros(episodes, bool)
    for step in range(CAR_STEPS):
        if step % hold == 0:
            action = rng.uniform(-1, 1, episodes)
        x, v = car_step(x, v, action)
        there |= (x >= CAR_FLAG) & (v >= 0)
    return float(there.mean())


def car_step(x: np.ndarray, v: np.ndarray, action: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Place and speed after a step of MountainCarContinuous-v0, for any shape. Facts from Gymnasium."""
    v = np.clip(v + 0.0015 * np.clip(action, -1, 1) - 0.0025 * np.cos(3 * x), -CAR_SPEED, CAR_SPEED)
    x = np.clip(x + v, CAR_LEFT, CAR_RIGHT)
    return x, np.where((x == CAR_LEFT) & (v < 0), 0.0, v)
