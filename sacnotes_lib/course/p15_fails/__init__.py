"""What page 15 alone uses: two small worlds, exact times to find a door, and what a run shows of its failure."""
