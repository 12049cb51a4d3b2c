"""Every Parquet file of a run: what a row is, and what each column holds.

Wherever documents of several languages stand in one table, each language's rows stand together and the pivot's come
first; :mod:`pipeline.tables.by_language` finds them. A language is its ISO 639-1 code.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from pipeline.tables.table import VECTOR, Column, Table

_LANG = Column(pl.String, "ISO 639-1 code of the language")
_ID = Column(pl.String, "unique name of the document")
_SPLIT = Column(pl.String, "`train` or `test`")
_LABEL = Column(pl.String, "what classification learns", null="the document is not labelled")
_PAIR = Column(pl.String, "documents that are translations of each other share it", null="no translation is known")
_TERM = Column(pl.UInt32, "number of the word in its language's vocabulary, from 0")
_TOKENS = Column(pl.List(pl.String), "words, as the tokeniser of the language cuts them")

DOCUMENTS: Final = Table(
    "documents",
    "a document that came in",
    {
        "id": _ID,
        "lang": _LANG,
        "split": _SPLIT,
        "text": Column(pl.String, "the normalised text"),
        "label": _LABEL,
        "pair": _PAIR,
        "date": Column(pl.String, "begins with a year, or a year and a month", null="unknown"),
        "group": Column(pl.String, "a source, a country, a party and the like", null="the document is in none"),
    },
)
REJECTS: Final = Table(
    "rejects",
    "a row of the input that is no document of the run",
    {
        "file": Column(pl.String, "name of the file"),
        "row": Column(pl.Int64, "line that the row begins on, from 1"),
        "id": Column(pl.String, "the row's id", null="it has none"),
        "lang": Column(pl.String, "the row's language", null="it has none"),
        "reason": Column(pl.String, "why it was rejected"),
    },
)
REFERENCE: Final = Table(
    "reference",
    "a text of the reference corpus, on which coherence is measured",
    {
        "pair": Column(pl.String, "translations of each other share it"),
        "lang": _LANG,
        "text": Column(pl.String, "text"),
    },
)
TOKENS: Final = Table(
    "tokens", "a document, in the order of documents", {"id": _ID, "lang": _LANG, "split": _SPLIT, "tokens": _TOKENS}
)
REFERENCE_TOKENS: Final = Table(
    "reference_tokens",
    "a text of the reference corpus, in the order of reference; no word is left out",
    {"pair": REFERENCE.columns["pair"], "lang": _LANG, "tokens": _TOKENS},
)
VOCABULARY: Final = Table(
    "vocabulary",
    "a word, language by language, by rising term",
    {
        "lang": _LANG,
        "term": _TERM,
        "word": Column(pl.String, "the word"),
        "documents": Column(pl.UInt32, "training documents that have it"),
    },
)
BOW: Final = Table(
    "bow",
    "a word of the vocabulary in a document, by rising document and term",
    {
        "document": Column(pl.UInt32, "row of the document in documents, from 0"),
        "term": _TERM,
        "count": Column(pl.UInt32, "how often the document has the word"),
    },
)
EMBEDDINGS: Final = Table(
    "embeddings",
    "a document, in the order of documents",
    {
        "id": _ID,
        "lang": _LANG,
        "split": _SPLIT,
        "vector": Column(VECTOR, "the document in the space of the encoder; zeros where it has nothing to embed"),
    },
)
WORD_VECTORS: Final = Table(
    "word_vectors",
    "a word, in the order of vocabulary",
    {
        "lang": _LANG,
        "term": _TERM,
        "vector": Column(VECTOR, "the word in the space of the documents; zeros where it is unknown"),
    },
)
LINKS: Final = Table(
    "links",
    "a word of the pivot and one of another language that translate each other",
    {
        "lang": Column(pl.String, "the other language"),
        "pivot_term": Column(pl.UInt32, "term of the pivot's word"),
        "term": Column(pl.UInt32, "term of the other language's word"),
        "count": Column(
            pl.UInt32, "entries of the dictionary that link the two; 1 where they are merely written alike"
        ),
    },
)
CLUSTERS: Final = Table(
    "clusters",
    "a training document that has a word of the vocabulary, by rising document",
    {
        "document": BOW.columns["document"],
        "id": _ID,
        "cluster": Column(pl.Int64, "its cluster, from 0 to the number of topics less 1"),
    },
)
_UNKNOWN: Final = "the document has no word of the vocabulary"
THETA: Final = Table(
    "theta",
    "a document, in the order of documents",
    {
        "id": _ID,
        "lang": _LANG,
        "split": _SPLIT,
        "label": _LABEL,
        "pair": _PAIR,
        "theta": Column(VECTOR, "share of each topic in the document; sums to 1", null=_UNKNOWN),
        "scores": Column(VECTOR, "what theta is the softmax of", null=_UNKNOWN),
    },
)
BETA: Final = Table(
    "beta",
    "a topic in a language",
    {
        "lang": _LANG,
        "topic": Column(pl.UInt32, "number of the topic, from 0"),
        "word_scores": Column(pl.List(pl.Float32), "a score for each term: the larger, the more typical the word"),
    },
)
TOPICS: Final = Table(
    "topics",
    "a topic in a language, under one selection of words",
    {
        "source": Column(pl.String, "`trained`, or `start`: the clusters before training"),
        "selection": Column(pl.String, "`owned` or `beta`: how the words were chosen, see `top_words`"),
        "lang": _LANG,
        "topic": BETA.columns["topic"],
        "words": Column(pl.List(pl.String), "top words, the best first"),
    },
)

TABLES: Final = (
    *(DOCUMENTS, REJECTS, REFERENCE, TOKENS, REFERENCE_TOKENS, VOCABULARY, BOW, EMBEDDINGS, WORD_VECTORS, LINKS),
    *(CLUSTERS, THETA, BETA, TOPICS),
)
