"""Adam, with the bookkeeping done once."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8  # as the paper suggests


def adam_step(
    tensor: Tensor, gradient: Tensor, mean: Tensor, mean_square: Tensor, steps: Tensor, learning_rate: float
) -> None:
    """One step on one tensor, in place (Kingma and Ba 2015, algorithm 1): tensor -= rate · m̂ / (sqrt(v̂) + ε).

    Args: mean and mean_square, the running averages of gradient and gradient², shaped as the tensor, change too;
        steps, this one included, correct their start from 0.
    """
    mean.lerp_(gradient, 1 - BETA_1)
    mean_square.lerp_(gradient.square(), 1 - BETA_2)
    m, v = mean / (1 - BETA_1**steps), mean_square / (1 - BETA_2**steps)
    tensor.sub_(learning_rate * m / (v.sqrt() + EPSILON))


class Adam:
    """One descent step at a time on a fixed list of tensors (Kingma and Ba 2015, algorithm 1).

    The same numbers as `torch.optim.Adam(fused=True)`, by the same fused kernel. What leaving out its parameter
    groups, hooks and `.grad` fields buys is about a seventh of a small network's update. Adam works element by
    element, so one of these serves all runs and critics without mixing them.

    Args:
        tensors: what to train; changed in place.
        learning_rate: step size; may be changed between steps.
    """

    def __init__(self, tensors: Sequence[Tensor], learning_rate: float):
        self.tensors, self.learning_rate = list(tensors), learning_rate
        self._mean = [torch.zeros_like(tensor) for tensor in self.tensors]
        self._mean_square = [torch.zeros_like(tensor) for tensor in self.tensors]
        self._steps = self.tensors[0].new_zeros(())

    def descend(self, loss: Tensor) -> None:
        """Differentiate a scalar loss with respect to these tensors alone, and take one step."""
        # The gradient of a plain sum is one number seen many times, and the kernel reads memory as it lies.
        gradients = [gradient.contiguous() for gradient in torch.autograd.grad(loss, self.tensors)]
        self._steps += 1
        with torch.no_grad():
            if torch.compiler.is_compiling():  # which makes a kernel of its own from the formula
                for parts in zip(self.tensors, gradients, self._mean, self._mean_square, strict=True):
                    adam_step(*parts, self._steps, self.learning_rate)
                return
            torch._fused_adam_(
                self.tensors, gradients, self._mean, self._mean_square, [], [self._steps] * len(self.tensors),
                lr=self.learning_rate, beta1=BETA_1, beta2=BETA_2, weight_decay=0.0, eps=EPSILON,
                amsgrad=False, maximize=False,
            )  # fmt: skip

    def state_dict(self) -> dict:
        """Moments and step count, to be given to `load_state_dict` later."""
        return copy.deepcopy({"mean": self._mean, "mean_square": self._mean_square, "steps": self._steps})

    def load_state_dict(self, state: dict) -> None:
        """Go on from moments that `state_dict` returned."""
        self._steps.copy_(state["steps"])
        torch._foreach_copy_(self._mean, state["mean"])
        torch._foreach_copy_(self._mean_square, state["mean_square"])
