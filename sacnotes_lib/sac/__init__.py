"""The algorithm: one short function for each equation, and the agent and training loop that call them by name."""
