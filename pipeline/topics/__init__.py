"""The words that show a topic."""
