"""The policy: its temperature, and the three ways to get its log_prob wrong."""

from classroom.demo import Demo

POLICY_DEMOS = (
    Demo(
        name="temperature",
        title="The temperature",
        minutes=6,
        ask="Above: what each action is worth. Below: how often SAC should take it. At α = 0.02 it takes the best one "
        "only. We go up to 0.2. How often is it still on the tall peak's side?",
        options=("Always", "About 7 times in 10", "Half of the time", "Hardly ever"),
        move=("Move α slowly from 0.02 to 0.2.", "Ask again, then go on to 3."),
        see=(
            "About 7 in 10. The broad peak is lower, but there is more of it.",
            "At 3 it is nearly flat, half and half. The entropy is near log 2 = 0.69, the most there is here, and the "
            "average Q has halved.",
        ),
        panel=lambda lib: lib.live(lib.TemperatureScene(), temperature=0.02),
    ),
    Demo(
        name="broadcast",
        title="One forgotten axis",
        minutes=6,
        ask="Independent is forgotten: with one action dimension log_prob is now [B, 1], Q and reward are [B]. "
        "What does PyTorch make of the label?",
        options=("An error", "[B]", "[B, 1]", "[B, B]"),
        move=(
            "As it should be: Independent, [B]. Ask, then press Normal.",
            "Back to Independent. Ask about a critic that returns [B, 1], then press it.",
            "Normal, [B], and the action dimension to 2.",
        ),
        see=(
            "A square and no error: every Q meets every log_prob.",
            "The square is back, and the reward is mixed too: the crosses leave their circles.",
            "PyTorch refuses. An error is the kind case.",
        ),
        panel=lambda lib: lib.live(lib.BroadcastScene(), distribution="Independent(Normal, 1)"),
    ),
    Demo(
        name="summing",
        title="Sum or mean over the motors",
        minutes=6,
        ask="Six motors, and α is tuned until the log reports −6 nats. One team adds log π over the motors, the "
        "other averages it. Both logs will read −6. How much entropy does the averaging team really have?",
        options=("−1 nat", "−6 nats", "−36 nats"),
        move=("Motors to 6, one at a time, with α fixed.", "Press tuned."),
        see=(
            "With α fixed the mean makes every motor more timid: averaging divides α by the number of motors.",
            "−36: the log is the truth divided by six. It looks healthy, and the policy hardly moves, with a std "
            "of 0.0006 where the other has 0.09.",
        ),
        panel=lambda lib: lib.live(lib.SummingScene(), motors=1),
    ),
    Demo(
        name="squashing",
        title="Through tanh",
        minutes=6,
        ask="This Gaussian is wide. tanh heaps its actions up at the two walls, and the entropy is −2.35 nats. We "
        "leave the correction out of log_prob. What will the log say?",
        options=("Less than −2.35", "−2.35", "log 2 = 0.69, the most there is", "More than that"),
        move=(
            "Press without it.",
            "Back to with the correction. Ask for the std with most entropy, then find it.",
        ),
        see=(
            "2.8 nats. More than log 2 cannot be: whoever logs that has this bug.",
            "Near 0.86, with 0.68 nats. Wider is not more random.",
        ),
        panel=lambda lib: lib.live(lib.SquashingScene(), std=4.0),
    ),
)
