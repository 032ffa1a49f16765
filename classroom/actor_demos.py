"""The actor's step: two gradients, one action or two, whose states it sees; and the whole update in slow motion."""

from classroom.demo import Demo

ACTOR_DEMOS = (
    Demo(
        name="gradients",
        title="Two estimates of one gradient",
        minutes=7,
        ask="Each dot is made of 100 actions, and nearly all point uphill, either way. With one action each: how "
        "often does the score function still point uphill?",
        options=("Nearly always", "8 times in 10", "7 in 10", "Half of the time"),
        move=(
            "K to 1.",
            "Ask, then set the action dimension to 1.",
            "Back to 6 dimensions. Look for the baseline with the least spread.",
        ),
        see=(
            "Half of the time, like a coin; reparameterised 8 in 10. Both are right on average.",
            "With one dimension its spread falls to a third: the other dimensions were its noise.",
            "Near −1.75 it spreads 3.3 times as wide as the other, not 7.7 times: a baseline helps, and does not "
            "catch up.",
        ),
        panel=lambda lib: lib.live(lib.GradientScene(), num_samples=100),
    ),
    Demo(
        name="shared-action",
        title="One action or two",
        minutes=5,
        ask="Q and log π may be taken at the same drawn action, or at two. This policy is half as wide again as "
        "the best one. We make it the best. What happens to the spread of the two estimates?",
        options=("Both shrink to 0", "Only the shared one shrinks to 0", "Neither"),
        move=("Policy's std to 1.", "Policy's mean a little off, and back."),
        see=(
            "Only the shared one: at the best policy Q(a) − α log π(a) is the same for every action. Two actions still "
            "spread by α.",
            "Off the best policy both spread, the shared one less.",
        ),
        panel=lambda lib: lib.live(lib.SharedActionScene(), width=1.5),
    ),
    Demo(
        name="off-policy",
        title="Whose states, whose actions",
        minutes=6,
        ask="The buffer keeps every step. After 500 of them its states are nearly those of the present policy: they "
        "share 96 %. After 2,500 steps?",
        options=("Above 90 %", "A bit above half", "Below 10 %"),
        move=(
            "Steps to 2,500.",
            "Ask whose actions the actor's update takes. Look right.",
            "Capacity to 100.",
        ),
        see=(
            "57 %: the states of old policies are still in there. That is off-policy.",
            "Fresh ones, from the present policy. Old states, new actions.",
            "98 %: a short memory is nearly on-policy, and forgets what it saw.",
        ),
        panel=lambda lib: lib.live(lib.OffPolicyScene(), steps=500),
    ),
    Demo(
        name="one-update",
        title="One update in slow motion",
        minutes=7,
        ask="No episode ends here, and the policy aims at the wrong side. In 60 updates it finds the right one. Now "
        "the label multiplies by d where 1 − d belongs. Where does the policy aim then?",
        options=("Still at the wrong side", "Nearly at the same action", "It never settles"),
        move=(
            "Stage from 0 to 6: who has moved, who not yet?",
            "Update to 60. Ask, press × d. Look at tanh μ, then at Q.",
            "Press 1 − τ for τ. Look at Q̄.",
        ),
        see=(
            "The critic at 3, the actor at 4, α at 5, the target critic at 6. Drawing and labelling move nobody.",
            "Nearly the same, 0.62 for 0.67: the mistake hides from the return. Q tells: −0.03 where 0.69 belongs.",
            "Q̄ is nearly Q itself, 0.77: the labels no longer wait. It learns all the same, on a problem this small.",
        ),
        panel=lambda lib: lib.live(lib.OneUpdateScene()),
    ),
)
