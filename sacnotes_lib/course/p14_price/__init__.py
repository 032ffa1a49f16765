"""What page 14 alone uses: exact prices of entropy, and SAC with discrete actions."""
