"""Each classical mistake, planted in a copy of the library, must turn the test red that is there to catch it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import sacnotes_lib

pytestmark = pytest.mark.slow
LIBRARY, TESTS = Path(sacnotes_lib.__file__).parent, Path(__file__).parents[1]


class Bug(NamedTuple):
    """One line of the library replaced, and the test that must fail by one of its assertions."""

    line: str
    instead: str
    test: str


BUGS = {
    "wrong sign of the entropy in the label": Bug(
        "next_entropy_bonus = -temperature", "next_entropy_bonus = temperature",
        "sac/test_targets.py::test_a_more_random_policy_has_the_larger_target"),
    "wrong sign of the entropy in the actor's loss": Bug(
        "return (temperature_per_transition(temperature, log_prob) * log_prob - q)",
        "return (-temperature_per_transition(temperature, log_prob) * log_prob - q)",
        "sac/test_losses.py::test_the_reparameterized_loss_estimates_the_objective_and_its_gradient"),
    "wrong sign of the surplus of entropy": Bug(
        "return (log_temperature.exp() * surplus_entropy)",
        "return -(log_temperature.exp() * surplus_entropy)",
        "sac/test_losses.py::test_temperature_loss_is_alpha_times_the_surplus_of_entropy"),
    "(1 - terminated) left out": Bug(
        "still_running = 1 - terminated.to(next_q.dtype)", "still_running = torch.ones_like(reward)",
        "sac/test_targets.py::test_nothing_comes_after_termination"),
    "terminated in place of (1 - terminated)": Bug(
        "still_running = 1 - terminated.to(next_q.dtype)", "still_running = terminated.to(next_q.dtype)",
        "sac/test_targets.py::test_nothing_comes_after_termination"),
    "log_prob averaged over the action dimension": Bug(
        "0.5 * math.log(2 * math.pi)).sum(-1)", "0.5 * math.log(2 * math.pi)).mean(-1)",
        "sac/test_distributions.py::test_the_density_integrates_to_one_over_two_action_dimensions"),
    "tanh correction averaged over the action dimension": Bug(
        "softplus(-2 * pre_tanh))).sum(-1)", "softplus(-2 * pre_tanh))).mean(-1)",
        "sac/test_distributions.py::test_the_density_integrates_to_one_over_two_action_dimensions"),
    "tanh correction left out": Bug(
        " - log_tanh_slope(pre_tanh)", "",
        "sac/test_distributions.py::test_no_entropy_is_above_the_uniform_distributions"),
    "tanh correction doubled": Bug(
        " - log_tanh_slope(pre_tanh)", " - 2 * log_tanh_slope(pre_tanh)",
        "sac/test_distributions.py::test_entropy_estimate_and_its_gradient_meet_quadrature"),
    "tanh applied twice in the score": Bug(
        "return torch.tanh(drawn), self.log_prob_pre_tanh(drawn)",
        "return torch.tanh(drawn), self.log_prob_pre_tanh(torch.tanh(drawn))",
        "sac/test_distributions.py::test_no_entropy_is_above_the_uniform_distributions"),
    "sample for rsample in the entropy": Bug(
        "_, log_prob = self.rsample((num_samples,))", "_, log_prob = self.sample((num_samples,))",
        "sac/test_distributions.py::test_entropy_estimate_and_its_gradient_meet_quadrature"),
    "sample for rsample in the actor's loss": Bug(
        "draw = policy.rsample if reparameterized else policy.sample", "draw = policy.sample",
        "sac/test_agent.py::test_the_entropy_in_the_actors_loss_reaches_the_policy"),
    "gradient through the label": Bug(
        "with torch.no_grad():\n        next_entropy", "with torch.enable_grad():\n        next_entropy",
        "sac/test_targets.py::test_no_gradient_leaves_the_target"),
    "gradient through the label of the critic's loss": Bug(
        "return (q - target.detach())", "return (q - target)",
        "sac/test_losses.py::test_critic_loss_has_the_gradient_of_regression_and_none_through_the_target"),
    "a critic's own target under swap": Bug(
        "lambda q, subset: q.roll(1, dims=-2)", "lambda q, subset: q",
        "sac/test_targets.py::test_under_swap_no_critic_sets_its_own_target_and_each_sets_one"),
    "the bogus transition of a reset one step late": Bug(
        "AutoresetMode.SAME_STEP", "AutoresetMode.NEXT_STEP",
        "training/test_run.py::test_every_transition_is_one_that_happened"),
    "the bogus transition into the next episode": Bug(
        "led_to = last_observations(observation, infos)", "led_to = observation",
        "training/test_run.py::test_every_transition_is_one_that_happened"),
    "truncation remembered as termination": Bug(
        "led_to, terminated", "led_to, terminated | truncated",
        "training/test_run.py::test_every_transition_is_one_that_happened"),
    "the critic itself in place of the target critic": Bug(
        "next_q = self.target_critic(", "next_q = self.critic(",
        "sac/test_agent.py::test_updates_are_those_of_the_textbook"),
}  # fmt: skip


# Runs tests for each line that comes: PyTorch is imported once, and each line is a fork, which imports the copy anew.
FORKS = """
import json, os, sys
import gymnasium.wrappers.vector, hypothesis, pytest, scipy.integrate, scipy.stats, torch._dynamo, torch.testing, tqdm
import jupyter_client.manager

class Report:
    told = []

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            message = report.longrepr.reprcrash.message if report.failed else ""
            self.told.append((report.nodeid.partition("::")[2].partition("[")[0], message))

for line in sys.stdin:
    open("told.json", "w").close()
    if os.fork() == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = pytest.main(["-q", *json.loads(line)], plugins=[Report()])
        json.dump((status, Report.told), open("told.json", "w"))
        os._exit(0)
    os.wait()
    print(open("told.json").read(), flush=True)
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The library and the tests of its first two rooms, alone: nothing is imported from the original."""
    folder = tmp_path_factory.mktemp("copy")
    for source, place in (
        (LIBRARY, "sacnotes_lib"),
        (TESTS / "sac", "tests/sac"),
        (TESTS / "training", "tests/training"),
    ):
        shutil.copytree(source, folder / place, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib -p no:cacheprovider\n")
    return folder


@pytest.fixture(scope="module")
def run_tests(copy):
    """A call that runs tests on the copy as it stands: pytest's status, and each test's name with how it failed."""
    environment = os.environ | {
        "PYTHONPATH": str(copy), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", FORKS], cwd=copy, env=environment, **pipes) as process:

        def run(*arguments):
            print(json.dumps(arguments), file=process.stdin, flush=True)
            return json.loads(process.stdout.readline())

        yield run


def test_without_a_bug_all_these_tests_pass(run_tests):
    tests = sorted({bug.test for bug in BUGS.values()})
    status, told = run_tests(*(f"tests/{test}" for test in tests))
    assert status == 0
    assert {name for name, _ in told} == {test.split("::")[1] for test in tests}


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_planted_bug_turns_its_test_red(bug, copy, run_tests):
    # Not in course/, whose exercises quote right and wrong formulas.
    files = [file for room in ("sac", "training") for file in (copy / "sacnotes_lib" / room).glob("*.py")]
    (file,) = (file for file in files if bug.line in file.read_text())
    source = file.read_text()
    assert source.count(bug.line) == 1, f"{bug.line!r} should stand once in the library"
    file.write_text(source.replace(bug.line, bug.instead))
    status, told = run_tests(f"tests/{bug.test}", "--maxfail=1")
    file.write_text(source)
    assert status == 1, "the tests did not notice"
    assert told[-1][1].startswith(("AssertionError", "assert ")), told
