"""SAC from rejax: environment, memory and update in one program of JAX, `vmap` over seeds. For `make bench`."""

from __future__ import annotations

import jax
import rejax
from gymnax.environments.classic_control import Pendulum
from rejax.evaluate import evaluate

from benchmarks.problems import Problem


class ScaledPendulum(Pendulum):
    """Pendulum whose rewards are multiplied by a factor, as `reward_scale` does here."""

    def __init__(self, factor: float):
        super().__init__()
        self.factor = factor

    def step_env(self, key, state, action, params):
        observation, state, reward, done, info = super().step_env(key, state, action, params)
        return observation, state, self.factor * reward, done, info


def with_fixed_type(leaf: jax.Array) -> jax.Array:
    """The same numbers, of a type that the first training step does not change: a second compilation would follow."""
    if jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        return leaf
    return jax.lax.convert_element_type(leaf, leaf.dtype)


class RejaxSAC:
    """So many seeds in one program, at the problem's settings.

    Three things are otherwise, and cannot be chosen: an episode that ends by its time limit counts as ended; the
    actor steps before the critics; and a batch is drawn without replacement, at a cost that grows with the memory.

    Raises: KeyError for an environment that it does not have.
    """

    def __init__(self, problem: Problem, runs: int, seed: int = 0, reward_scale: float = 1.0):
        env = {"Pendulum-v1": ScaledPendulum}[problem.env_id](reward_scale)
        self.algorithm = rejax.get_algo("sac").create(
            env=env, agent_kwargs={"hidden_layer_sizes": (problem.width, problem.width)},
            learning_rate=problem.learning_rate, gamma=problem.discount, polyak=1 - problem.polyak_rate,
            batch_size=problem.batch_size, buffer_size=problem.replay_capacity, fill_buffer=problem.learning_starts,
        )  # fmt: skip
        keys = jax.vmap(jax.random.key)(jax.numpy.arange(seed, seed + runs))
        state = jax.jit(jax.vmap(self.algorithm.init_state))(keys)
        # One count of steps for all seeds: with one for each, every branch on it would be taken both ways.
        self.state = jax.tree.map(with_fixed_type, state.replace(global_step=state.global_step[0]))
        axes = jax.tree.map(lambda _: 0, state).replace(global_step=None)

        def many(steps, state):
            return jax.lax.fori_loop(0, steps, lambda _, s: self.algorithm.train_iteration(s), state)

        def mean_return(state, episodes):
            actor = self.algorithm.actor

            def median_action(observation, key):
                policy = actor.apply(state.actor_ts.params, observation[None], method="_action_dist")
                return (actor.action_loc + actor.action_scale * jax.numpy.tanh(policy.loc)).squeeze()

            _, returns = evaluate(median_action, state.rng, env, self.algorithm.env_params, episodes)
            return returns.mean() / reward_scale

        self._mean_return = jax.jit(
            lambda state, episodes: jax.vmap(lambda s: mean_return(s, episodes), in_axes=(axes,))(state),
            static_argnums=1,
        )
        self._many = jax.jit(jax.vmap(many, in_axes=(None, axes), out_axes=axes), donate_argnums=1)

    def advance(self, steps: int) -> None:
        self.state = jax.block_until_ready(self._many(steps, self.state))

    def returns(self, episodes: int) -> list[float]:
        """Each seed's mean return over fresh episodes with the policy's median action, rewards not scaled."""
        return self._mean_return(self.state, episodes).tolist()
