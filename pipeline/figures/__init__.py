"""Pictures of a run, for papers."""
