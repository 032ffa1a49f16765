"""The random streams of independent runs."""

import pytest
import torch

from sacnotes_lib.sac.randomness import RunGenerators


def draw_all(generators):
    return generators.normal(4, 2), generators.uniform(3), generators.integers(10, 5)


def test_the_runs_are_in_front_and_run_r_draws_the_same_alone_and_beside_others():
    generators = RunGenerators([3, 5, 8], device="cpu")
    together = draw_all(generators)
    assert len(generators) == 3
    assert generators.device == together[0].device == torch.device("cpu")
    assert [numbers.shape for numbers in together] == [(3, 4, 2), (3, 3), (3, 5)]
    assert generators.normal().shape == (3,)
    for row, seed in enumerate([3, 5, 8]):
        alone = draw_all(RunGenerators([seed]))
        for numbers, own in zip(together, alone):
            assert torch.equal(numbers[row], own[0])


def test_runs_and_streams_differ():
    draws = [RunGenerators([seed], stream).normal(8) for seed in (0, 1, 2) for stream in (0, 1, 2)]
    draws.append(RunGenerators([0]).normal(8) + 1)
    for i, a in enumerate(draws):
        for b in draws[i + 1 :]:
            assert not torch.isclose(a, b).any()


def test_a_seed_means_the_same_stream_in_every_version_of_this_library():
    """Published runs can be repeated: the numbers are those of torch's generator at a seed that must not change."""
    for said, stream in (({"stream": 2}, 2), ({}, 0)):
        own, generators = torch.Generator().manual_seed(1_000_003 * 3 + stream), RunGenerators([3], **said)
        assert torch.equal(generators.normal(8)[0], torch.randn(8, generator=own))
        assert torch.equal(generators.uniform(8)[0], torch.rand(8, generator=own))
        assert torch.equal(generators.integers(7, 8)[0], torch.randint(7, (8,), generator=own))
    largest = torch.Generator().manual_seed((1_000_003 * (2**63 - 1) + 1) % 2**63)
    assert torch.equal(RunGenerators([2**63 - 1], 1).normal(8)[0], torch.randn(8, generator=largest))


def test_a_stream_goes_on_from_a_remembered_position():
    generators = RunGenerators([3, 5])
    generators.normal(2)
    position = generators.get_state()
    first = draw_all(generators)
    generators.set_state(position)
    again = draw_all(generators)
    assert all(torch.equal(a, b) for a, b in zip(first, again))
    with pytest.raises(ValueError):  # of another number of runs
        generators.set_state(RunGenerators([3]).get_state())
