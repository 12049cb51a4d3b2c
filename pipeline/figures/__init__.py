"""The run as pictures for papers."""
