"""Several models on one corpus: what has to run, the runs, their figures, the table and the plot."""
