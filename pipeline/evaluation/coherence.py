"""How often a topic's words occur together in aligned documents: CNPMI across languages, NPMI within one language.

Hao, Boyd-Graber and Paul (2018), Lessons from the Bible on modern topics: low-resource multilingual topic
model evaluation.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.sparse import csc_array, csr_array

Counting = Literal["toolkit", "document"]


def pair_npmi(
    first: csc_array | csr_array, second: csc_array | csr_array, counting: Counting = "toolkit"
) -> np.ndarray:
    """(V1, V2) NPMI of every word pair over D aligned documents; 0 where the two words never occur together.

    With p(a, b) the share of aligned documents that hold both words, NPMI = ln(p(a, b) / p(a) p(b)) / -ln p(a, b).

    Args:
        first: (D, V1) counts of words in one side of the aligned documents.
        second: (D, V2) counts in the other side (or the same side, for NPMI).
        counting: how single words are counted. ``toolkit`` counts tokens, as the public tool behind the published
            tables does; ``document`` counts documents, as is always done for pairs.
    """
    documents = first.shape[0]
    first_held, second_held = first.sign(), second.sign()
    single = (first, second) if counting == "toolkit" else (first_held, second_held)
    p_first, p_second = (np.asarray(counts.sum(axis=0)) / documents for counts in single)
    together = (first_held.T @ second_held).tocoo()  # only the pairs that occur together, few of all
    p = together.data / documents
    pmi = np.log(p) - np.log(p_first[together.row] * p_second[together.col])
    npmi = np.zeros(together.shape)
    # For words that occur together in every document the limit of NPMI is 1 (its denominator would be 0).
    npmi[together.row, together.col] = np.divide(pmi, -np.log(p), out=np.ones_like(pmi), where=p < 1)
    return npmi


def cross_coherence(npmi: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(K,) CNPMI of each topic: the mean over all pairs of a word in one language and a word in the other.

    Args:
        npmi: (V1, V2) from :func:`pair_npmi`.
        first: (K, T) top words of language 1, as rows of ``npmi``.
        second: (K, T) top words of language 2, as columns of ``npmi``.
    """
    return npmi[first[:, :, None], second[:, None, :]].mean(axis=(1, 2))


def coherence(npmi: np.ndarray, words: np.ndarray) -> np.ndarray:
    """(K,) NPMI of each topic within one language: the mean over its unordered pairs of different words.

    Args:
        npmi: (V, V) from :func:`pair_npmi` of one language with itself.
        words: (K, T) top words; T is at least 2.
    """
    i, j = np.triu_indices(words.shape[1], k=1)
    return npmi[words[:, i], words[:, j]].mean(axis=1)
