"""The user's copy of the project: Git and DVC in it, and what their failures mean."""
