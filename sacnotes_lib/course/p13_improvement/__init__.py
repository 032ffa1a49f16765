"""What page 13 alone uses: four places on a path, policies of a given form, and what training does to V."""
