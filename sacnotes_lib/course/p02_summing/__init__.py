"""What page 02 alone uses: a sum of log-densities, or their mean."""
