"""What page 04 alone uses: one label, piece by piece."""
