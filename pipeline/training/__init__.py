"""Fitting a neural topic model: batches, steps, checkpoints, the loop."""
