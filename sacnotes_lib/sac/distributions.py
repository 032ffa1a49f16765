"""Policies: a Gaussian, and the same Gaussian squashed into (-1, 1) by tanh."""

import math

import torch
from torch import Tensor
from torch.nn.functional import softplus


def normal_log_prob(value: Tensor, mean: Tensor, log_std: Tensor) -> Tensor:
    """Log-density of a diagonal Gaussian: the sum over the action dimension, since a joint density is a product.

    Args: value, mean, log_std `[..., A]`. Returns `[...]`, in nats.
    """
    noise = (value - mean) * torch.exp(-log_std)
    return (-0.5 * noise.square() - log_std - 0.5 * math.log(2 * math.pi)).sum(-1)


def log_tanh_slope(pre_tanh: Tensor) -> Tensor:
    """log(1 - tanh(u)^2), summed over the action dimension: what tanh does to the log-density.

    Written as 2 (log 2 - u - softplus(-2u)), which stays exact where 1 - tanh(u)^2 rounds to zero
    (Haarnoja et al. 2018b, appendix C, for the correction; the stable form is algebra).

    Args: pre_tanh `[..., A]`. Returns `[...]`.
    """
    return (2 * (math.log(2) - pre_tanh - softplus(-2 * pre_tanh))).sum(-1)


class Gaussian:
    """B distributions over A-vectors with independent dimensions, for any leading axes.

    Args:
        mean: `[..., B, A]`.
        log_std: `[..., B, A]`, natural logarithm of the standard deviation.

    Raises:
        ValueError: where the two shapes differ.
    """

    def __init__(self, mean: Tensor, log_std: Tensor):
        if mean.shape != log_std.shape:
            raise ValueError(
                f"mean has shape {list(mean.shape)} and log_std has {list(log_std.shape)}: "
                "both must be [..., batch, action_dim], one standard deviation for each mean"
            )
        self.mean, self.log_std = mean, log_std

    def rsample(self, sample_shape=(), *, noise: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Draw actions through which gradients flow: mean + std * noise (reparameterisation).

        Args:
            sample_shape: leading axes to add, for example (K,) for K actions at every observation.
            noise: standard normal numbers `[*sample_shape, ..., B, A]`; drawn here when left out.

        Returns:
            action `[*sample_shape, ..., B, A]` and its log_prob `[*sample_shape, ..., B]`.
        """
        return self._action_and_log_prob(self._draw(sample_shape, noise))

    def sample(self, sample_shape=(), *, noise: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The same actions held constant: only log_prob keeps a gradient, at the action that was drawn.

        This is what the score-function estimator needs. It is the wrong choice for the entropy bonus: the expected
        gradient of log_prob at a fixed action is zero, so the bonus would vanish without an error.
        """
        return self._action_and_log_prob(self._draw(sample_shape, noise).detach())

    def action_at(self, noise: Tensor) -> Tensor:
        """The action that this standard normal noise stands for, `[..., B, A]`, without its log_prob."""
        return self.mean + torch.exp(self.log_std) * noise

    def log_prob(self, action: Tensor) -> Tensor:
        """Log-density at any action: `[..., B, A]` to `[..., B]`, in nats."""
        self._check_action_shape(action)
        return normal_log_prob(action, self.mean, self.log_std)

    def entropy_estimate(self, num_samples: int) -> Tensor:
        """Minus the average log_prob of fresh samples, `[..., B]`: unbiased, and its gradient is on (rsample)."""
        _, log_prob = self.rsample((num_samples,))
        return -log_prob.mean(0)

    @property
    def median(self) -> Tensor:
        """The median of each dimension, `[..., B, A]`: the deterministic action."""
        return self.mean

    def _draw(self, sample_shape, noise: Tensor | None) -> Tensor:
        """mean + std * noise, before anything is done to it."""
        if noise is None:
            noise = self.mean.new_empty(*sample_shape, *self.mean.shape).normal_()
        return Gaussian.action_at(self, noise)

    def _action_and_log_prob(self, drawn: Tensor) -> tuple[Tensor, Tensor]:
        return drawn, normal_log_prob(drawn, self.mean, self.log_std)

    def _check_action_shape(self, action: Tensor) -> None:
        if action.shape[-1:] != self.mean.shape[-1:]:
            raise ValueError(
                f"action has shape {list(action.shape)}; the last axis must be the action dimension "
                f"{self.mean.shape[-1]}, as in [..., batch, action_dim]"
            )


class SquashedGaussian(Gaussian):
    """a = tanh(u) with u Gaussian: bounded actions with an exact density (Haarnoja et al. 2018a, appendix C).

    Sampling scores the action at the value before tanh, so that log_prob is finite however saturated the action is.
    `entropy_estimate` is all there is for the entropy: the squashed Gaussian has no closed form. The deterministic
    action is the median tanh(mean), which is not the mean of the squashed distribution.
    """

    def log_prob(self, action: Tensor) -> Tensor:
        """Log-density at any action strictly inside (-1, 1): `[..., B, A]` to `[..., B]`, in nats.

        Raises:
            ValueError: for an action at or beyond -1 or 1, where the pre-tanh value would be infinite.
        """
        self._check_action_shape(action)
        if not bool((action.abs() < 1).all()):
            worst = action.abs().max().item()
            raise ValueError(
                f"an action reaches {worst:.8g}, but tanh only gives values strictly between -1 and 1. "
                "Score a sample with the log_prob that rsample() and sample() return beside it: "
                "they keep the value before tanh, which float32 cannot recover from a saturated action."
            )
        return self.log_prob_pre_tanh(torch.atanh(action))

    def log_prob_pre_tanh(self, pre_tanh: Tensor) -> Tensor:
        """Log-density of the action tanh(u), by change of variables: log π(a) = log N(u) - log |da/du|.

        Args: pre_tanh u `[..., B, A]`. Returns `[..., B]`, in nats (Haarnoja et al. 2018a, appendix C, equation 21).
        """
        return normal_log_prob(pre_tanh, self.mean, self.log_std) - log_tanh_slope(pre_tanh)

    def action_at(self, noise: Tensor) -> Tensor:
        """tanh(mean + std * noise), `[..., B, A]`, without its log_prob."""
        return torch.tanh(super().action_at(noise))

    @property
    def median(self) -> Tensor:
        """tanh(mean), `[..., B, A]`: tanh keeps order, so it maps the median onto the median (not so the mean)."""
        return torch.tanh(self.mean)

    def _action_and_log_prob(self, drawn: Tensor) -> tuple[Tensor, Tensor]:
        return torch.tanh(drawn), self.log_prob_pre_tanh(drawn)
