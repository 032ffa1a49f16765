"""What page 08 alone uses: one shared action or two, and the policy's width against α."""
