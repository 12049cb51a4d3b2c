"""Words that are translations of each other: the dictionary, links of two vocabularies, translated documents."""
