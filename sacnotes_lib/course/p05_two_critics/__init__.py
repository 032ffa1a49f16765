"""What page 05 alone uses: backups over noisy critics."""
