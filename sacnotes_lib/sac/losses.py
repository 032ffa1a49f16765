"""The three losses of SAC. Each is a mean over the batch and a sum over leading axes, so that runs never mix."""

from torch import Tensor

from sacnotes_lib.sac.targets import temperature_per_transition


def critic_loss(q: Tensor, target: Tensor) -> Tensor:
    """Mean squared error of every critic on its own label, added up (Haarnoja et al. 2018b, equation 5).

    The paper's factor 1/2 is left out: Adam cancels a constant factor. The label is held constant here as well, so that
    the gradient is the regression's even where the label was made by hand.

    Args: q, target `[..., N, B]`. Returns a scalar.

    Raises:
        ValueError: where the shapes differ: `[B, 1]` against `[B]` would regress every Q on every label.
    """
    _same_shape("q", q, "target", target)
    return (q - target.detach()).square().mean(-1).sum()


def actor_loss_reparameterized(q: Tensor, log_prob: Tensor, temperature: float | Tensor) -> Tensor:
    """E[α log π(a|s) - Q(s, a)] at a = tanh(mean + std·noise) (Haarnoja et al. 2018b, equations 7-9).

    The gradient runs through the action into Q, and through log_prob: the action must come from `rsample`.

    Args: q, log_prob `[..., B]`, of the same fresh action; temperature a number or `[...]`. Returns a scalar.
    """
    _same_shape("q", q, "log_prob", log_prob)
    return (temperature_per_transition(temperature, log_prob) * log_prob - q).mean(-1).sum()


def actor_loss_score_function(
    q: Tensor, log_prob: Tensor, temperature: float | Tensor, baseline: float | Tensor = 0.0
) -> Tensor:
    """A loss whose gradient estimates that of E[α log π - Q] by the score function (Williams 1992, REINFORCE).

    ∇E[f(a)] = E[f(a) ∇log π(a|s)]: the action is held constant (`sample`), and so is what it is worth,
    Q - α log π - baseline. A baseline that does not depend on the action changes the variance and not the mean.

    Args:
        q, log_prob: `[..., B]`, of the same fresh action; only log_prob's gradient is used.
        temperature: a number or `[...]`.
        baseline: a number or `[..., B]`.

    Returns: a scalar. Its value means nothing; its gradient does.
    """
    _same_shape("q", q, "log_prob", log_prob)
    worth = (q - temperature_per_transition(temperature, log_prob) * log_prob - baseline).detach()
    _same_shape("Q - α log π - baseline", worth, "log_prob", log_prob)
    return -(log_prob * worth).mean(-1).sum()


def temperature_loss(log_temperature: Tensor, log_prob: Tensor, target_entropy: float) -> Tensor:
    """α · (entropy - target entropy), with α = exp(log_temperature) (Haarnoja et al. 2018b, equation 18).

    Its gradient lowers α while the policy is more random than the target asks, and raises it otherwise. It is α times
    the surplus of entropy, but Adam cancels a factor that stays: a small α moves as far as a large one.

    Args: log_temperature `[...]`, one for each run; log_prob `[..., B]`; target_entropy in nats. Returns a scalar.
    """
    surplus_entropy = -log_prob.detach().mean(-1) - target_entropy
    return (log_temperature.exp() * surplus_entropy).sum()


def _same_shape(name_a: str, a: Tensor, name_b: str, b: Tensor) -> None:
    if a.shape != b.shape:
        raise ValueError(
            f"{name_a} has shape {list(a.shape)} and {name_b} has {list(b.shape)}: they must be equal, or broadcasting "
            "would pair every transition with every other one. Is one still [..., batch, 1]? Squeeze it, or sum "
            "log_prob over the action dimension."
        )
