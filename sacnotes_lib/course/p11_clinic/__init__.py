"""What page 11 alone uses: SACs with one mistake each, and their vital signs."""
