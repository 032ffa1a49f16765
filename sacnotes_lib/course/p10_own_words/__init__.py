"""What page 10 alone uses: one update in cards and in slow motion."""
