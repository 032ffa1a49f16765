"""What page 12 alone uses: the 2018 variant with a value network, and what the two papers' details change."""
