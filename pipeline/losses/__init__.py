"""One loss in each file, with the equation that it computes."""
