"""Training a neural topic model: batches, steps, checkpoints and the loop."""
