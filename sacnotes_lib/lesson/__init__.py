"""What turns a page into self-study: predictions, reveals and checks."""
