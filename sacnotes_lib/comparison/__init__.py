"""Several variants, each over several seeds, as jobs: here, on all cores, or on a cluster."""
