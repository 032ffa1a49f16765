"""What page 03 alone uses: a density squeezed through tanh."""
