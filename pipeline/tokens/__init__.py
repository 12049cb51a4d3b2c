"""From texts to tokens: the tokenisers, and the words that are left out."""
