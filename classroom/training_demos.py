"""Demos in which SAC trains while the room watches."""

from classroom.demo import Demo

TRAINING_DEMOS = (
    Demo(
        name="training",
        title="Turn the knob while it learns",
        minutes=8,
        ask="SAC learns to swing a pendulum up. Once it can, we fix α at 2, far above where tuning has brought it. "
        "What happens to the return?",
        options=("Nothing, it can do it", "It falls", "It falls, then recovers fully"),
        move=(
            "Press Start. Let the room call the step at which the return passes −200.",
            "Press fixed, then take α to 2.",
            "After 500 more steps take α to 0.1.",
        ),
        see=(
            "Near step 1,500, all four seeds.",
            "Entropy jumps to its ceiling, the return falls by hundreds and stays low: now random torques pay better.",
            "Within a few hundred steps it can do it again. α is not a detail of training: it is part of the task.",
        ),
        panel=lambda lib: lib.TrainingConsole(lib.SACConfig(total_steps=5000), seeds=4),
        settings=("mode", "alpha"),
    ),
    Demo(
        name="two-answers",
        title="One temperature, two answers",
        minutes=8,
        ask="The two peaks, now learned. We train at α = 0.05, go up to 0.2, on to 0.5, and back to 0.2. "
        "Is the policy at 0.2 the same both times?",
        options=("Yes: same α, same policy", "No"),
        move=(
            "Press Start and wait for step 800.",
            "α to 0.2, for 400 steps. Write the return on the board.",
            "α to 0.5, for 400 steps.",
            "α to 0.2 again, for 400 steps.",
            "α to 0.05.",
        ),
        see=(
            "It stands on the tall peak.",
            "It stays there: return near 1.1.",
            "It lets go, and covers the broad peak.",
            "No: return near 0.5. The exact policy (dashed) has two humps; SAC's Gaussian has one, and keeps the "
            "one it is on.",
            "Back on the tall peak.",
        ),
        panel=lambda lib: lib.TrainingConsole(
            lib.SACConfig(
                env_id="sacnotes/TwoPeaks-v0", temperature=0.05, reward_scale=1.0, total_steps=6000
            ),
            seeds=4,
        ),
        settings=("mode", "alpha"),
    ),
    Demo(
        name="a-against-b",
        title="A against B, on the same seeds",
        minutes=8,
        ask="A differentiates through the action, B weights log π by Q. Both gradients are right on average. "
        "Which has learned to swing the pendulum up by step 2,500?",
        options=("Only A", "Only B", "Both, B later", "Both alike"),
        move=(
            "Press Start. While it runs: what else may differ, if the average does not?",
            "At the end, compare.",
        ),
        see=(
            "A passes −200 near step 1,500, on every seed.",
            "B is still far below −1,000. Same average, far wider spread: it would need many more actions, or a "
            "baseline.",
        ),
        panel=lambda lib: lib.TrainingConsole(
            lib.SACConfig(), lib.SACConfig(actor_gradient="score_function"), seeds=4
        ),
    ),
)
