"""The parts of which the models are built."""
