"""The pages of the course, with the predictions and exercises of each. A test compares them with the notebooks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """One notebook: its ``file``, its ``question``, the keys of its ``predictions``, the names of its ``exercises``."""

    file: str
    question: str
    predictions: tuple[str, ...]
    exercises: tuple[str, ...]

    @property
    def number(self) -> str:
        """The two digits with which the file's name begins."""
        return self.file[:2]


PAGES = (
    Page("00_start_here.ipynb", "What is SAC for, and how do these pages work?",
         ("00.temperature", "00.experience"), ("soft_return",)),
    Page("01_independent_vs_normal.ipynb", "What is Independent for?",
         ("01.shape", "01.broadcast", "01.fatal"), ("score_actions", "soft_value")),
    Page("02_summing_log_prob.ipynb", "Why is log_prob summed over the last dimension?",
         ("02.total", "02.motors", "02.return"), ("actor_loss", "settings_for_the_sum")),
    Page("03_tanh_transform.ipynb", "What does tanh do to a policy, and what is TransformedDistribution for?",
         ("03.density", "03.wider", "03.units", "03.tuned"), ("squashed_log_prob", "estimate_entropy")),
    Page("04_soft_bellman_target.ipynb", "Where does the critic's label come from?",
         ("04.action", "04.sign", "04.route"), ("soft_label", "next_soft_value")),
    Page("05_two_critics.ipynb", "Why two critics, and why another network for the target?",
         ("05.best", "05.swap", "05.supply", "05.age"), ("label_values", "critics_loss", "follow")),
    Page("06_where_did_the_expectation_go.ipynb", "Where did the expectation go?",
         ("06.settle", "06.through", "06.loss"), ("expected_label", "true_error")),
    Page("07_differentiating_an_expectation.ipynb", "How do you differentiate an expectation?",
         ("07.closed", "07.entropy", "07.samples", "07.slower"),
         ("score_function_loss", "reparameterized_loss", "leave_one_out")),
    Page("08_entropy_and_temperature.ipynb", "Why is there entropy in the critic, and who sets α?",
         ("08.door", "08.shared", "08.move", "08.width"), ("soft_q", "temperature_step")),
    Page("09_off_policy.ipynb", "Is it off-policy, really?",
         ("09.weights", "09.actor", "09.slip", "09.memory"), ("off_policy_actor_loss", "n_step_weight")),
    Page("10_sac_in_your_own_words.ipynb", "Can you describe SAC in your own words?",
         ("10.draws", "10.order", "10.moves", "10.library"), ("one_update", "update_losses", "full_update")),
    Page("11_bug_clinic.ipynb", "Can you read other people's SAC?",
         ("11.which", "11.return", "11.dial", "11.best"), ("mended_actor_loss", "mended_label", "thermostat")),
    Page("12_the_papers.ipynb", "What do the two papers say, equation by equation?",
         ("12.scale", "12.visits", "12.lag", "12.behind"), ("value_loss", "temperature_losses")),
    Page("13_policy_improvement.ipynb", "Why does improving the policy improve it?",
         ("13.everywhere", "13.partition", "13.slippery", "13.falls"), ("improved_log_policy", "message")),
    Page("14_price_of_entropy.ipynb", "What is α the price of?",
         ("14.price", "14.reach", "14.two"), ("dual_slope", "discrete_actor_loss")),
    Page("15_when_sac_fails.ipynb", "When does SAC fail, and what do I try first?",
         ("15.return", "15.wide", "15.walk", "15.mean"), ("steps_to_leave", "first_try")),
    Page("16_your_own_bench.ipynb", "How do I take this to my own problem?",
         ("16.sees", "16.resume", "16.width"), ("room_step", "paired_difference")),
)  # fmt: skip
