"""How good topics and thetas are: coherence, diversity, retrieval, classification."""
