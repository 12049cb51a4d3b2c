"""Several models on one corpus: what must run, and the runs, each of them a DVC experiment."""
