"""The demos for a projector, in the order of a lesson. To add one, add an entry to the list."""

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
        moves: what to do at the controls, in order; and what they should see then, folded until it is wanted.
        panel: makes the picture with its controls, out of the library's top level. A function, so that the list of
            demos can be read without importing PyTorch.
        settings: of a training console, those that this demo moves; the others wait behind a button.
    """

    name: str
    title: str
    minutes: int
    ask: str
    options: tuple[str, ...]
    moves: dict[str, str]
    panel: Callable[[ModuleType], Any]
    settings: tuple[str, ...] = ()


DEMOS = (
    # The policy: its temperature, and the three ways to get its log_prob wrong.
    Demo(
        name="temperature",
        title="The temperature",
        minutes=6,
        ask="Above: what each action is worth. Below: how often SAC should take it. At α = 0.02 it takes the best one "
        "only. We go up to 0.2. How often is it still on the tall peak's side?",
        options=("Always", "About 7 times in 10", "Half of the time", "Hardly ever"),
        moves={
            "Move α slowly from 0.02 to 0.2.": "About 7 in 10. The broad peak is lower, but there is more of it.",
            "Ask again, then go on to 3.": "At 3 it is nearly flat, half and half. The entropy is near log 2 = 0.69, "
            "the most there is here, and the average Q has halved.",
        },
        panel=lambda lib: lib.live(lib.TemperatureScene(), temperature=0.02),
    ),
    Demo(
        name="broadcast",
        title="One forgotten axis",
        minutes=6,
        ask="Independent is forgotten: with one action dimension log_prob is now [B, 1], Q and reward are [B]. What "
        "does PyTorch make of the label?",
        options=("An error", "[B]", "[B, 1]", "[B, B]"),
        moves={
            "As it should be: Independent, [B]. Ask, then press Normal.": "A square and no error: every Q meets every "
            "log_prob.",
            "Back to Independent. Ask about a critic that returns [B, 1], then press it.": "The square is back, and "
            "the reward is mixed too: the crosses leave their circles.",
            "Normal, [B], and the action dimension to 2.": "PyTorch refuses. An error is the kind case.",
        },
        panel=lambda lib: lib.live(lib.BroadcastScene(), distribution="Independent(Normal, 1)"),
    ),
    Demo(
        name="summing",
        title="Sum or mean over the motors",
        minutes=6,
        ask="Six motors, and α is tuned until the log reports −6 nats. One team adds log π over the motors, the other "
        "averages it. Both logs will read −6. How much entropy does the averaging team really have?",
        options=("−1 nat", "−6 nats", "−36 nats"),
        moves={
            "Motors to 6, one at a time, with α fixed.": "With α fixed the mean makes every motor more timid: "
            "averaging divides α by the number of motors.",
            "Press tuned.": "−36: the log is the truth divided by six. It looks healthy, and the policy hardly moves, "
            "with a std of 0.0006 where the other has 0.09.",
        },
        panel=lambda lib: lib.live(lib.SummingScene(), motors=1),
    ),
    Demo(
        name="squashing",
        title="Through tanh",
        minutes=6,
        ask="This Gaussian is wide. tanh heaps its actions up at the two walls, and the entropy is −2.35 nats. We "
        "leave the correction out of log_prob. What will the log say?",
        options=("Less than −2.35", "−2.35", "log 2 = 0.69, the most there is", "More than that"),
        moves={
            'Press "without it".': "2.8 nats. More than log 2 cannot be: whoever logs that has this bug.",
            "Back to the correction. Take the std to the curve's top. Ask why it is not at the right end.": "Near "
            "0.86, with 0.68 nats. Wider still, and the actions crowd at the walls: wider is not more random.",
        },
        panel=lambda lib: lib.live(lib.SquashingScene(), std=4.0),
    ),
    # The critic's label: its terms, its backups, and why a noisy and biased one may be learned from.
    Demo(
        name="target",
        title="The label, term by term",
        minutes=7,
        ask="The episode ends here because time is up: no fall, no goal. How much of the next value belongs in the "
        "label?",
        options=("None, it is over", "All of it", "Half of it"),
        moves={
            'Press "time limit".': "All of it: the label stays as it was. The world went on, only we looked away.",
            "Multiply by: press 1 − (terminated or truncated).": "A common bug: only the reward is left. States near "
            "the limit look worthless.",
            "Back to 1 − terminated. Press terminated.": "A true end: again only the reward, and rightly.",
            'Press "goes on". Entropy term: press + α log π.': "0.88: the rare action is punished for being rare. "
            "Minus is right.",
        },
        panel=lambda lib: lib.live(lib.TargetScene()),
    ),
    Demo(
        name="backups",
        title="Picking the luckiest error",
        minutes=7,
        ask="Every action is truly worth 0, and two critics err by about 1. With one action the label is right on "
        "average. Now the actor picks the best-looking of ten. The label is, on average, …?",
        options=("Still right", "Too high", "Too low"),
        moves={
            "Actions to 10.": "Too high, by 1.1: the actor picks the action on which the critics are luckiest.",
            "Ask about min over both critics, then press min.": "Still too high, by 0.7. The smaller of two takes "
            "away a part.",
            "Critics to 4, then to 10.": "Right with 4, by chance. With 10 too low, by 0.7. No backup is right "
            "everywhere.",
        },
        panel=lambda lib: lib.live(lib.BackupScene(), actions=1),
    ),
    Demo(
        name="noisy-labels",
        title="Where the expectation went",
        minutes=6,
        ask="27 noisy labels for one state and action; the best Q leaves a loss of 1.12. We take 729 labels. What "
        "loss does the best Q leave?",
        options=("0", "About 0.04", "About 1", "30"),
        moves={
            "Set Labels to 729.": "About 1: the variance of the labels. Q is right to a few hundredths, and its loss "
            "is not small. A critic's loss need not go to 0.",
            "Ask where an absolute loss would land, then press absolute.": "At the median, 0.7, and not at the mean. "
            "The squared loss is where the expectation went.",
        },
        panel=lambda lib: lib.live(lib.NoisyLabelsScene()),
    ),
    Demo(
        name="contraction",
        title="Why the label may use a wrong Q",
        minutes=5,
        ask="Q is 5 too high everywhere, and it is its own teacher. With γ = 0.9: how wrong is it after 10 backups?",
        options=("Still 5", "About 4.5", "About 1.7", "Not at all"),
        moves={
            "Raise Backups to 10, slowly.": "About 1.7, that is 5 · 0.9¹⁰: each backup leaves nine tenths.",
            "Ask about γ = 0.5, then move γ there.": "About 0.005: half of the error, ten times over. A short view "
            "learns fast.",
        },
        panel=lambda lib: lib.live(lib.ContractionScene(), start="right, plus 5 everywhere", backups=0),
    ),
    Demo(
        name="denoising",
        title="The same trick, elsewhere",
        minutes=5,
        ask="Clean data at −1 and 1, much noise added. A regression guesses the noise from the sum. Between the two a "
        "guess of either sign can be right. What does the squared loss learn there?",
        options=("One of the two", "Their average", "Nothing of use"),
        moves={
            "Noised data to 30,000, noise σ to 0.5: look between the two.": "Their average, and that is the exact "
            "score of the noised data. The median jumps from one to the other.",
            "Noised data to 300, and back.": "Few data make it noisy, not wrong. This is how diffusion models are "
            "trained.",
        },
        panel=lambda lib: lib.live(lib.DenoisingScene(), noise=1.2, count=10),
    ),
    # The actor's step: two gradients, one action or two, whose states it sees; and the whole update in slow motion.
    Demo(
        name="gradients",
        title="Two estimates of one gradient",
        minutes=7,
        ask="Each dot is made of 100 actions, and nearly all point uphill, either way. With one action each: how "
        "often does the score function still point uphill?",
        options=("Nearly always", "8 times in 10", "7 in 10", "Half of the time"),
        moves={
            "K to 1.": "Half of the time, like a coin; reparameterised 8 in 10. Both are right on average.",
            "Ask, then set the action dimension to 1.": "With one dimension its spread falls to a third: the other "
            "dimensions were its noise.",
            "Back to 6 dimensions. Look for the baseline with the least spread.": "Near −1.75: still 3.3 times as "
            "wide as the other, where it was more than twice that. A baseline helps, and does not catch up.",
        },
        panel=lambda lib: lib.live(lib.GradientScene(), num_samples=100),
    ),
    Demo(
        name="shared-action",
        title="One action or two",
        minutes=5,
        ask="Q and log π may be taken at the same drawn action, or at two. This policy is half as wide again as the "
        "best one. We make it the best. What happens to the spread of the two estimates?",
        options=("Both shrink to 0", "Only the shared one shrinks to 0", "Neither"),
        moves={
            "Policy's std to 1.": "Only the shared one: at the best policy Q(a) − α log π(a) is the same for every "
            "action. Two actions still spread by α.",
            "Policy's mean a little off, and back.": "Off the best policy both spread, the shared one less.",
        },
        panel=lambda lib: lib.live(lib.SharedActionScene(), width=1.5),
    ),
    Demo(
        name="off-policy",
        title="Whose states, whose actions",
        minutes=6,
        ask="The buffer keeps every step. After 500 of them its states are nearly those of the present policy: they "
        "share 96 %. After 2,500 steps?",
        options=("Above 90 %", "A bit above half", "Below 10 %"),
        moves={
            "Steps to 2,500.": "57 %: the states of old policies are still in there. That is off-policy.",
            "Ask whose actions the actor's update takes. Look right.": "Fresh ones, from the present policy. Old "
            "states, new actions.",
            "Capacity to 100.": "98 %: a short memory is nearly on-policy, and forgets what it saw.",
        },
        panel=lambda lib: lib.live(lib.OffPolicyScene(), steps=500),
    ),
    Demo(
        name="one-update",
        title="One update in slow motion",
        minutes=7,
        ask="No episode ends here, and the policy aims at the wrong side. In 60 updates it finds the right one. Now "
        "the label multiplies by d where 1 − d belongs. Where does the policy aim then?",
        options=("Still at the wrong side", "Nearly at the same action", "It never settles"),
        moves={
            "Stage from 0 to 6: who has moved, who not yet?": "The critic at 3, the actor at 4, α at 5, the target "
            "critic at 6. Drawing and labelling move nobody.",
            "Update to 60. Ask, press × d. Look at tanh μ, then at Q.": "Nearly the same, 0.62 for 0.67: the mistake "
            "hides from the return. Q tells: −0.03 where 0.69 belongs.",
            "Press 1 − τ for τ. Look at Q̄.": "Q̄ is nearly Q itself, 0.77: the labels no longer wait. It learns all "
            "the same, on a problem this small.",
        },
        panel=lambda lib: lib.live(lib.OneUpdateScene()),
    ),
    # What V was for, why improvement improves, what entropy costs; and what it does not find.
    Demo(
        name="value-network",
        title="Through V, or by drawing",
        minutes=6,
        ask="SAC's first paper puts V, a network, into the label; the second draws an action. Here V is off by 0.05, "
        "and the average of nine draws does as well. We raise α from 0.3 to 1. How many draws then?",
        options=("9: α changes nothing", "About 30", "About 100"),
        moves={
            "Temperature to 1.": "About 95. The scatter grows with α, and n draws shrink it only by √n: 3.3 times the "
            "α takes 3.3² times the draws.",
            "Draws averaged to 100.": "The dot stands where the lines cross: the averages are as near to 0 as V is.",
            "Policy's std to 1.": "No scatter at all, the line lies on the picture's floor: at the best policy every "
            "action gives the same label. Only V's error is left.",
        },
        panel=lambda lib: lib.live(lib.LabelScene()),
    ),
    Demo(
        name="improvement",
        title="One step of improvement",
        minutes=7,
        ask="Each place moves to exp(Q/α)/Z, with the old policy's Q, and V rises in all four. Now one P(climb) must "
        "do for all places, the nearest on average. What does V do?",
        options=("It rises in all, by less", "It falls in some", "It falls in all"),
        moves={
            'Press "one for all places".': "It falls in three of four. The ditch needs to climb, and all climb with "
            "it: at the top that only risks the ditch.",
            "Ask about the next step. Improvement step to 2, then 3.": "It rises, then falls again: nearer on average "
            "promises nothing for a single place.",
            'Press "one for each place". Step to 2, then 3.': "Two steps, and V is the best there is. A third changes "
            "nothing.",
        },
        panel=lambda lib: lib.live(lib.ImprovementScene()),
    ),
    Demo(
        name="price",
        title="The price of entropy",
        minutes=7,
        ask="The target is 0.69 nats; no density has more than log 2 = 0.693. The best one gets there at α = 25. "
        "SAC's policy is a tanh-Gaussian. Where does its α settle?",
        options=("At 25 too", "A little higher", "Nowhere: it grows without end"),
        moves={
            "Press tanh-Gaussian.": "Nowhere: 0.684 nats is the most that it can reach. D has no lowest point.",
            "Target to 0.68.": "Within reach: α settles at 23.5, and nearly all the reward is paid for entropy.",
            "Target to −1, the custom for one motor.": "α = 0.08, and it earns 1.96 of 2. The first nats are cheap.",
        },
        panel=lambda lib: lib.live(lib.PriceScene(), target=0.69, kind="any density"),
    ),
    Demo(
        name="door",
        title="A door that is hard to find",
        minutes=6,
        ask="Only a door pays, 20 steps from a wall. A walk that tosses a coin at each step needs 400 steps on "
        "average. Now a step keeps the last one's direction nine times in ten. How many?",
        options=("Still 400", "About 200", "About 60"),
        moves={
            "Chance to keep the direction to 0.9.": "62. Steps that agree add up, steps that do not cancel. Left and "
            "right are as frequent as before: what counts is that the noise remembers.",
            "Ask about a door twice as far, then steps to 40.": "1,600 with the coin, four times as many. Kept, 213.",
        },
        panel=lambda lib: lib.live(lib.DoorScene(), keep=0.5),
    ),
    # Demos in which SAC trains while the room watches.
    Demo(
        name="training",
        title="Turn the knob while it learns",
        minutes=8,
        ask="SAC learns to swing a pendulum up. Once it can, we fix α at 2, far above where tuning has brought it. "
        "What happens to the return?",
        options=("Nothing, it can do it", "It falls", "It falls, then recovers fully"),
        moves={
            "Press Start. Let the room call the step at which the return passes −200.": "Near step 1,500, all four "
            "seeds.",
            "Press fixed, then take α to 2.": "Entropy jumps to its ceiling, the return falls by hundreds and stays "
            "low: now random torques pay better.",
            "After 500 more steps take α to 0.1.": "Within a few hundred steps it can do it again. α is not a detail "
            "of training: it is part of the task.",
        },
        panel=lambda lib: lib.TrainingConsole(lib.SACConfig(total_steps=5000), seeds=4),
        settings=("mode", "alpha"),
    ),
    Demo(
        name="two-answers",
        title="One temperature, two answers",
        minutes=8,
        ask="The two peaks, now learned. We train at α = 0.05, go up to 0.2, on to 0.5, and back to 0.2. Is the "
        "policy at 0.2 the same both times?",
        options=("Yes: same α, same policy", "No"),
        moves={
            "Press Start and wait for step 800.": "It stands on the tall peak.",
            "α to 0.2, for 400 steps. Write the return on the board.": "It stays there: return near 1.1.",
            "α to 0.5, for 400 steps.": "It lets go, and covers the broad peak.",
            "α to 0.2 again, for 400 steps.": "No: return near 0.5. The exact policy (dashed) has two humps; SAC's "
            "Gaussian has one, and keeps the one it is on.",
            "α to 0.05.": "Back on the tall peak.",
        },
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
        ask="A differentiates through the action, B weights log π by Q. Both gradients are right on average. Which "
        "has learned to swing the pendulum up by step 2,500?",
        options=("Only A", "Only B", "Both, B later", "Both alike"),
        moves={
            "Press Start. While it runs: what else may differ, if the average does not?": "A passes −200 near step "
            "1,500, on every seed.",
            "At the end, compare.": "B is still far below −1,000. Same average, far wider spread: it would need many "
            "more actions, or a baseline.",
        },
        panel=lambda lib: lib.TrainingConsole(
            lib.SACConfig(), lib.SACConfig(actor_gradient="score_function"), seeds=4
        ),
    ),
)


def find(name: str) -> Demo:
    """The demo of that name. Raises LookupError that lists the names there are."""
    named = {demo.name: demo for demo in DEMOS}
    if name not in named:
        raise LookupError(f"there is no demo called {name!r}; there are: {', '.join(named)}")
    return named[name]
