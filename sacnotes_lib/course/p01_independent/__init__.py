"""What page 01 alone uses: which numbers a missing axis mixes."""
