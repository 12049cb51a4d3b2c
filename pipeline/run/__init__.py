"""A run: where its files lie, what it was made with, and all of it once it has ended."""
