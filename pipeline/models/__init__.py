"""The topic models: one a file, all of them in the table."""
