"""What page 09 alone uses: rows from old policies."""
