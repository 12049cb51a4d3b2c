"""What turns documents into vectors: one encoder a file, all of them in the table."""
