"""Pictures of runs, and what is measured on a run once it is trained."""
