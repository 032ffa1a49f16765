"""What page 16 alone uses: a world played without a network, and two exercises for a problem of one's own."""
