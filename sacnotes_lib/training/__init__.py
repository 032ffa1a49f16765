"""What turns an agent into a run: environments, the loop, records, files."""
