"""What page 06 alone uses: noisy labels, contraction, denoising."""
