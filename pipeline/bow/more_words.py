"""How a vocabulary that is too small can get more words."""

from __future__ import annotations

from collections.abc import Collection

from pipeline.bow.vocabulary import BowParams


def more_words(sizes: Collection[int], params: BowParams) -> str:
    """What gives vocabularies more words: only the bounds that kept words out, ``lower this, or add documents``.

    Args:
        sizes: the number of words of each language that needs more.
        params: the bounds by which the words were chosen, or the folder of the given words.
    """
    if params.vocabulary:
        return f"add words to the lists in {params.vocabulary.as_posix()} (`bow.vocabulary`)"
    ways = {
        f"raise `bow.size` (now {params.size:,})": any(size >= params.size for size in sizes),
        f"lower `bow.min_documents` (now {params.min_documents})": params.min_documents > 1,
        "add documents": True,
    }
    return ", or ".join(way for way, is_open in ways.items() if is_open)
