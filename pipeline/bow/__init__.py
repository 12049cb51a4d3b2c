"""From tokens to bags of words: the vocabulary and the counts."""
