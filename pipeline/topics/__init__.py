"""What describes a topic: its top words, its shares of the documents, and its alignment across languages."""
