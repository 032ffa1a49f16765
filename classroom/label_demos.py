"""The critic's label: its terms, its backups, and why a noisy and biased one may be learned from."""

from classroom.demo import Demo

LABEL_DEMOS = (
    Demo(
        name="target",
        title="The label, term by term",
        minutes=7,
        ask="The episode ends here because time is up: no fall, no goal. How much of the next value belongs in "
        "the label?",
        options=("None, it is over", "All of it", "Half of it"),
        move=(
            "Press time limit.",
            "Multiply by: press 1 − (terminated or truncated).",
            "Back to 1 − terminated. Press terminated.",
            "Press goes on. Entropy term: press + α log π.",
        ),
        see=(
            "All of it: the label stays at 1.22. The world went on, only we looked away.",
            "A common bug: 0.50. States near the limit look worthless.",
            "A true end: only the reward is left, and rightly.",
            "0.88: the rare action is punished for being rare. Minus is right.",
        ),
        panel=lambda lib: lib.live(lib.TargetScene()),
    ),
    Demo(
        name="backups",
        title="Picking the luckiest error",
        minutes=7,
        ask="Every action is truly worth 0, and two critics err by about 1. With one action the label is right on "
        "average. Now the actor picks the best-looking of ten. The label is, on average, …?",
        options=("Still right", "Too high", "Too low"),
        move=(
            "Actions to 10.",
            "Ask about min over both critics, then press min.",
            "Critics to 4, then to 10.",
        ),
        see=(
            "Too high, by 1.1: the actor picks the action on which the critics are luckiest.",
            "Still too high, by 0.7. The smaller of two takes away a part.",
            "Right with 4, by chance. With 10 too low, by 0.7. No backup is right everywhere.",
        ),
        panel=lambda lib: lib.live(lib.BackupScene(), actions=1),
    ),
    Demo(
        name="noisy-labels",
        title="Where the expectation went",
        minutes=6,
        ask="27 noisy labels for one state and action; the best Q leaves a loss of 1.12. We take 729 labels. "
        "What loss does the best Q leave?",
        options=("0", "About 0.04", "About 1", "30"),
        move=("Set Labels to 729.", "Ask where an absolute loss would land, then press absolute."),
        see=(
            "About 1: the variance of the labels. Q is right to a few hundredths, and its loss is not small. A "
            "critic's loss need not go to 0.",
            "At the median, 0.7, and not at the mean. The squared loss is where the expectation went.",
        ),
        panel=lambda lib: lib.live(lib.NoisyLabelsScene()),
    ),
    Demo(
        name="contraction",
        title="Why the label may use a wrong Q",
        minutes=5,
        ask="Q is 5 too high everywhere, and it is its own teacher. With γ = 0.9: how wrong is it after 10 backups?",
        options=("Still 5", "About 4.5", "About 1.7", "Not at all"),
        move=("Raise Backups to 10, slowly.", "Ask about γ = 0.5, then move γ there."),
        see=(
            "About 1.7, that is 5 · 0.9¹⁰: each backup leaves nine tenths.",
            "About 0.005: half of the error, ten times over. A short view learns fast.",
        ),
        panel=lambda lib: lib.live(lib.ContractionScene(), start="right, plus 5 everywhere", backups=0),
    ),
    Demo(
        name="denoising",
        title="The same trick, elsewhere",
        minutes=5,
        ask="Clean data at −1 and 1, much noise added. A regression guesses the noise from the sum. Between the two a "
        "guess of either sign can be right. What does the squared loss learn there?",
        options=("One of the two", "Their average", "Nothing of use"),
        move=("Noise σ from 1.2 to 0.5: look between the two.", "Noised data to 300, and back."),
        see=(
            "Their average, and that is the exact score of the noised data. The median jumps from one to the other.",
            "Few data make it noisy, not wrong. This is how diffusion models are trained.",
        ),
        panel=lambda lib: lib.live(lib.DenoisingScene(), noise=1.2),
    ),
)
