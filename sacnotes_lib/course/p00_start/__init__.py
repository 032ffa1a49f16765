"""What page 00 alone uses: one peak or two under the temperature, and the soft return."""
