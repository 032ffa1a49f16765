"""What turns a page into self-study: predictions, reveals, checks and the progress through them."""
