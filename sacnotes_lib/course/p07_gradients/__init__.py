"""What page 07 alone uses: two gradients of one expectation."""
