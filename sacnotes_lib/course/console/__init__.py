"""Training while the page stays alive: start, pause, and steer it while it learns."""
