"""From texts to tokens: the tokenisers and what is left out."""
