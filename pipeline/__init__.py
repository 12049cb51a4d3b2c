"""Cross-lingual topic modelling: from documents in several languages to topics that they share."""
