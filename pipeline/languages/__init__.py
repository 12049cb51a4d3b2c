"""What the pipeline knows about languages: codes, names, scripts, and the normalisation of their texts."""
