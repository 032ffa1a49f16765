"""Lessons: which demo comes when. docs/classroom.md shows the same plans, and a test holds the two together."""

from collections.abc import Iterator
from dataclasses import dataclass

from classroom.demos import find


@dataclass(frozen=True)
class Step:
    """One step of a lesson: a demo, or something without one.

    Attributes:
        minute: of the lesson, at which it begins.
        demo: its name; "" for a step without one.
        title: of a step without a demo.
        shown: what such a step puts on the projector, a paragraph each.
        notes: for the teacher, in the plan and not on the projector.
        stays: whether its page is still needed afterwards: the next step opens beside it.
    """

    minute: int
    demo: str = ""
    title: str = ""
    shown: tuple[str, ...] = ()
    notes: str = ""
    stays: bool = False

    @property
    def heading(self) -> str:
        """The demo's title, or its own."""
        return find(self.demo).title if self.demo else self.title


@dataclass(frozen=True)
class Lesson:
    """A plan for so many minutes. ``about`` says in the list of demos what else there is to say."""

    minutes: int
    steps: tuple[Step, ...]
    about: str = ""

    def planned(self, place: int) -> int:
        """Minutes for the step at a place, counted from 0."""
        ends = [step.minute for step in self.steps[1:]] + [self.minutes]
        return ends[place] - self.steps[place].minute

    def table(self) -> Iterator[str]:
        """The plan as lines of Markdown."""
        yield from ("| minute | what happens |", "|---|---|")
        for step in self.steps:
            yield f"| {step.minute} | **{step.heading}.** {step.notes}".rstrip() + " |"


BOARD = "Maximise reward + α · entropy."
EXIT_TICKET = (
    "Your α is tuned, and the log reports an entropy of 1.3 nats for one motor. What do you look for?",
    "An episode was cut at 200 steps. Which factor stands before γ Q(s′, a′)?",
    "A critic's loss stays at 1 and its Q is right. How can that be?",
)
SECOND_TICKET = (
    "Your α climbs without end. Which two numbers do you compare?",
    "After an update V is lower in some states. Must there be a bug?",
    "The critic learns from its own wrong Q. Why does it get better all the same?",
)
MOST = "What is the entropy of a policy on [−1, 1] at most?"
SAC_IN_A_SENTENCE = '"SAC is greedy, and pays for keeping its options open." Nothing else yet.'

LESSONS = (
    Lesson(45, (
        Step(0, title="On the board", shown=(BOARD,), notes=f"{BOARD} {SAC_IN_A_SENTENCE}"),
        Step(3, "temperature", notes="α from 0.02 to 0.2: how often still on the tall peak?"),
        Step(10, "broadcast", notes="What does PyTorch make of [B] and [B, 1]?"),
        Step(17, "target", notes="Time is up, no fall, no goal: how much of the next value belongs in the label?"),
        Step(24, "gradients", notes="With one action each, how often does the score function point uphill?"),
        Step(31, "training", notes="Press Start *before* you ask: it needs the better part of a minute."),
        Step(41, title="Exit ticket", shown=EXIT_TICKET, notes="On paper: the three questions below."),
    )),
    Lesson(90, (
        Step(
            0, title="On the board", shown=(BOARD, f"Write down, for later: {MOST}"),
            notes=f"As above. Then everybody writes down, for later: {MOST}",
        ),
        Step(4, "temperature", notes="The entropy on the screen ends near 0.69. Who was close?"),
        Step(11, "broadcast"),
        Step(18, "summing", notes="A log that looks healthy and lies."),
        Step(25, "squashing", notes="A log that cannot be true, and how one sees it: above log 2 per motor."),
        Step(32, "target"),
        Step(40, "backups", notes="What *min* is for, and that it is no cure."),
        Step(
            47, title="In pairs", shown=("From memory, two minutes: write the label, all of it.",),
            notes="From memory, two minutes: write the label, all of it. Compare with page 04.",
        ),
        Step(51, "noisy-labels"),
        Step(56, "contraction", notes="*Backups* to 10, and one look at γ = 0.5."),
        Step(60, "a-against-b", stays=True, notes="Press Start, and let it train: the next one opens in a second tab."),
        Step(61, "gradients", notes='"Both gradients are right on average. What else could differ?"'),
        Step(
            68, title="Back to A against B", shown=("It has been training in the first tab.",),
            notes="It is done, in the first tab.",
        ),
        Step(71, "training"),
        Step(79, "two-answers", notes="Or, with laptops: page 01, to its first exercise."),
        Step(87, title="Exit ticket", shown=EXIT_TICKET, notes="As above."),
    )),
    Lesson(60, (
        Step(
            0, title="On the board", shown=("Judge the policy: Q.", "Improve it: π ∝ exp(Q/α).", "And again."),
            notes="Judge the policy: Q. Improve it: π ∝ exp(Q/α). And again. Why does it work, and when not?",
        ),
        Step(4, "contraction", notes="The judge: γ of its error comes back each time."),
        Step(11, "improvement", notes="Lemma 2 of the paper, and a network that serves all states at once."),
        Step(20, "shared-action"),
        Step(27, "value-network", notes="Two cures for a noisy label: the paper of January 2018, the one of December."),
        Step(35, "off-policy"),
        Step(42, "price", notes="*Why −1 for each motor?* is a good last question."),
        Step(50, "one-update", notes="All of it, in the order in which it happens."),
        Step(57, title="Exit ticket", shown=SECOND_TICKET, notes="On paper: the second list of questions below."),
    ), about=" more: why it works"),
)  # fmt: skip


def find_step(minutes: str, number: str) -> tuple[Lesson, int]:
    """The lesson of so many minutes and the place of its step, whose number counts from 1, as an address says them.

    Raises LookupError that says what there is.
    """
    lessons = {str(lesson.minutes): lesson for lesson in LESSONS}
    if minutes not in lessons:
        raise LookupError(f"there are lessons of {', '.join(lessons)} minutes, and none of {minutes!r}")
    places = {str(place + 1): place for place in range(len(lessons[minutes].steps))}
    if number not in places:
        raise LookupError(f"this lesson has steps 1 to {len(places)}, and none called {number!r}")
    return lessons[minutes], places[number]
