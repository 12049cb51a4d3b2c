"""What is known of languages: codes, names, scripts, and the normalisation of their texts."""
