"""Words that translate each other: the dictionary, links of two vocabularies, documents translated by them."""
