"""The reports that people read: topics as Markdown and as one HTML page."""
