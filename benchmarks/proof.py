"""SAC against exact answers: every environment of the course, eight seeds, one table and one picture.

    python -m benchmarks.proof

Writes benchmarks/results/proof.txt and docs/proof.png. Experiments are independent and run two at a time, one torch
thread each; what they are is in proof_settings.py, how they are judged in proof_rows.py.
"""

import os

os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # set before torch is imported, here and in the processes started below

import argparse
import multiprocessing
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

from tqdm import tqdm

from benchmarks.machine import PICTURES, describe_machine, save_result
from benchmarks.proof_picture import draw_proof
from benchmarks.proof_points import visited_points
from benchmarks.proof_reasons import reason
from benchmarks.proof_rows import (
    GOAL,
    HEADER,
    Row,
    compare,
    exact_quantities,
    learned_quantities,
    table_line,
)
from benchmarks.proof_settings import COMMON, DISCOUNT, EXPERIMENTS, FEW, MORE, SEEDS, Experiment
from sacnotes_lib.training.run import TrainingRun, train

PICTURE = PICTURES / "proof.png"


def cool_down(run: TrainingRun) -> None:
    """Let the learning rate fall linearly to 0 over the second half, so that the last noise averages out."""
    rate = run.config.learning_rate * min(1.0, 2 * (1 - run.step / run.config.total_steps))
    for optimizer in (run.agent.actor_optimizer, run.agent.critic_optimizer):
        optimizer.learning_rate = rate


def prove(experiment: Experiment, seeds: int = SEEDS) -> list[Row]:
    """Train one experiment and compare it with its exact answer: one row for each quantity."""
    env = experiment.make_environment()
    optimum, exact = (experiment.exact(env, policy) for policy in ("boltzmann", "actor_class"))
    points = visited_points(env, optimum)
    run = train(experiment.config, seeds, progress=False, callback=cool_down)
    learned, target = learned_quantities(run.agent, points), exact_quantities(exact, points)
    rows = compare(
        experiment.label, experiment.temperature, learned, target, exact_quantities(optimum, points)
    )
    return [
        row
        if row.reached
        else replace(row, note=reason(experiment, env, learned, target, row.quantity, run.agent))
        for row in rows
    ]


def prove_all(experiments: Iterable[Experiment], processes: int) -> list[Row]:
    """The rows of all experiments, in their order, `processes` at a time."""
    spawn = multiprocessing.get_context("spawn")  # a forked torch may hang
    with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
        experiments = list(experiments)
        return [row for rows in tqdm(pool.map(prove, experiments), total=len(experiments)) for row in rows]


def table(rows: list[Row]) -> list[str]:
    """Header, one line for each row with a blank line between experiments, and what the columns mean."""
    lines = [HEADER]
    for index, row in enumerate(rows):
        lines += [""] if index % 4 == 0 else []
        lines.append(table_line(row))
    settings = [f"{name} {value}" for name, value in COMMON.items() if name != "evaluation_interval"]
    reached = sum(row.reached for row in rows)
    return [
        *lines,
        "",
        f"{reached} of {len(rows)} rows within {GOAL:g} % of the exact value's scale.",
        f"Discount {DISCOUNT}; {SEEDS} seeds, the same settings for all. Interquartile means, 95 % bootstrap bands.",
        "Compared at 256 states that the soft-optimal policy visits, and its actions there, the same for every seed.",
        "learned, exact, optimum: averages over these points (of the policy mean: of its size).",
        "exact: the best policy that the actor can represent, and its own Q: a Gaussian, which is the optimum, in",
        "    'soft LQR, no tanh', a tanh-Gaussian in all other rows. optimum: the soft-optimal exp(Q / temp.) / Z.",
        "error: root mean square (RMS) over the points of learned - exact, in per cent of a scale chosen beforehand:",
        "    Q and std: RMS of the exact one. Mean: RMS size of the exact policy's actions. Entropy: 1 nat.",
        "'r only': without the entropy in the critic's label, and so is the exact answer.",
        "own, shared: the part of an error that differs from seed to seed, and the error of the average over seeds.",
        f"Settings: {', '.join(settings[:4])},",
        f"    {', '.join(settings[4:])};",
        f"    total_steps {FEW['total_steps']} for constant reward, two peaks and time limit, "
        f"{MORE['total_steps']} for bounded LQR and point mass.",
        "    The learning rate falls linearly to 0 over the second half.",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=2)
    processes = parser.parse_args().processes
    began = time.perf_counter()
    rows = prove_all(EXPERIMENTS, processes)
    seconds, used = time.perf_counter() - began, os.times()
    cores = f"{used.children_user + used.children_system:.0f} s of one core in all"
    save_result(
        "proof",
        [describe_machine(), f"{seconds:.0f} s with {processes} processes, {cores}", "", *table(rows)],
    )
    PICTURE.parent.mkdir(exist_ok=True)
    picture = draw_proof(rows)
    PICTURE.write_bytes(picture.png)
    print(f"{PICTURE}: {len(picture.png) / 1000:.0f} kB. {picture.description}")


if __name__ == "__main__":
    main()
