"""Several models on one corpus: what has to run, and the runs, each an experiment of DVC."""
