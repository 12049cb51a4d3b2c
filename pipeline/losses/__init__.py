"""One loss in each file, with the equation that the loss computes."""
