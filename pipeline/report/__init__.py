"""What people read: topics as Markdown and as one HTML page."""
