"""The topic models: one in each file, all of them in the table."""
