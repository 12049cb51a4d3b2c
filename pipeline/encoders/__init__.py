"""What turns documents into vectors: one encoder in each file, all of them in the table."""
