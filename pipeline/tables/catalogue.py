"""Every Parquet file of a run: what one row is, and what each column holds.

In a table with several languages, the rows of each language are consecutive and the pivot's rows come first;
:mod:`pipeline.tables.by_language` finds them. Languages have the codes of :mod:`pipeline.languages.codes`.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from pipeline.tables.table import VECTOR, Column, Table

_LANG = Column(pl.String, "code of the language: ISO 639-1, or ISO 639-3 where there is none")
_ID = Column(pl.String, "unique name of the document")
_SPLIT = Column(pl.String, "`train`, `test`, or `dev`: neither trained on nor tested with")
_LABEL = Column(pl.String, "the class that classification predicts", null="the document has no label")
_PAIR = Column(
    pl.String, "name that documents share if they are translations of each other", null="no translation is known"
)
_WHOLE = Column(
    pl.String, "id of the whole text of which this is a passage (`documents.split_length`)", null="the text was not cut"
)
_TERM = Column(pl.UInt32, "number of the word in its language's vocabulary, from 0")
_TOKENS = Column(pl.List(pl.String), "the words, as the tokeniser of the language cuts them")

DOCUMENTS: Final = Table(
    "documents",
    "a document of the run, or a passage of a long one",
    {
        "id": _ID,
        "lang": _LANG,
        "split": _SPLIT,
        "text": Column(pl.String, "the normalised text"),
        "label": _LABEL,
        "pair": _PAIR,
        "date": Column(
            pl.String, "date in ISO 8601: a day, a month or a year", null="the date is unknown, or cannot be read"
        ),
        "group": Column(pl.String, "a source, a country, a party or the like", null="the document is in no group"),
        "lang_certainty": Column(
            pl.Float32, "how certain the language is that was identified, from 0 to 1", null="the language was declared"
        ),
        "note": Column(
            pl.String, "in which other language the text seems to be", null="nothing speaks against its language"
        ),
        "whole": _WHOLE,
    },
)
REJECTS: Final = Table(
    "rejects",
    "a row of the input that is not a document of the run",
    {
        "file": Column(pl.String, "name of the file"),
        "row": Column(pl.Int64, "number of the line on which the row begins, from 1", null="the row is a whole file"),
        "id": Column(pl.String, "the row's id", null="the row has no id"),
        "lang": Column(pl.String, "the row's language", null="the row has no language"),
        "reason": Column(pl.String, "why it was rejected"),
    },
)
REFERENCE: Final = Table(
    "reference",
    "a text of the reference corpus, on which coherence is measured",
    {
        "pair": Column(pl.String, "name that texts share if they are translations of each other"),
        "lang": _LANG,
        "text": Column(pl.String, "the text"),
    },
)
PARALLEL: Final = Table(
    "parallel",
    "a text of the parameter `parallel`, aligned texts of which a dictionary is made where no file is given",
    REFERENCE.columns,
)
TOKENS: Final = Table(
    "tokens", "a document, in the order of `documents`", {"id": _ID, "lang": _LANG, "split": _SPLIT, "tokens": _TOKENS}
)
REFERENCE_TOKENS: Final = Table(
    "reference_tokens",
    "a text of the reference corpus, in the order of `reference`; no word is left out",
    {"pair": REFERENCE.columns["pair"], "lang": _LANG, "tokens": _TOKENS},
)
PARALLEL_TOKENS: Final = Table(
    "parallel_tokens", "a text in the order of `parallel`; no word is left out", REFERENCE_TOKENS.columns
)
VOCABULARY: Final = Table(
    "vocabulary",
    "a word; the rows are sorted by language and then by term",
    {
        "lang": _LANG,
        "term": _TERM,
        "word": Column(pl.String, "the word"),
        "documents": Column(pl.UInt32, "number of training documents that contain the word"),
    },
)
BOW: Final = Table(
    "bow",
    "a word of the vocabulary in a document; the rows are sorted by document and then by term",
    {
        "document": Column(pl.UInt32, "row number of the document in `documents`, from 0"),
        "term": _TERM,
        "count": Column(pl.UInt32, "how often the document contains the word"),
    },
)
EMBEDDINGS: Final = Table(
    "embeddings",
    "a document, in the order of `documents`",
    {
        "id": _ID,
        "lang": _LANG,
        "split": _SPLIT,
        "vector": Column(VECTOR, "embedding of the document by the encoder; zeros where it has nothing to embed"),
    },
)
WORD_VECTORS: Final = Table(
    "word_vectors",
    "a word, in the order of `vocabulary`",
    {
        "lang": _LANG,
        "term": _TERM,
        "vector": Column(
            VECTOR, "embedding of the word in the space of the documents; zeros where the word is unknown"
        ),
    },
)
LINKS: Final = Table(
    "links",
    "a word of the pivot and a word of another language that are translations of each other",
    {
        "lang": Column(pl.String, "the other language"),
        "pivot_term": Column(pl.UInt32, "term of the pivot's word"),
        "term": Column(pl.UInt32, "term of the other language's word"),
        "count": Column(
            pl.UInt32, "number of dictionary entries that link the two words; 1 where no file has such an entry"
        ),
        "source": Column(
            pl.String,
            "`file`, a dictionary that was given; `spelling`, the words are written alike; `texts`, they translate "
            "each other in aligned texts; `vectors`, they are mutual nearest neighbours among the words",
        ),
        "score": Column(
            pl.Float32,
            "probability of the translation (`texts`) or cosine of the vectors (`vectors`)",
            null="the source is `file` or `spelling`",
        ),
    },
)
CLUSTERS: Final = Table(
    "clusters",
    "a training document that has a word of the vocabulary; the rows are sorted by document",
    {
        "document": BOW.columns["document"],
        "id": _ID,
        "cluster": Column(pl.Int64, "number of its cluster, from 0 to K - 1 for K topics"),
    },
)
_UNKNOWN: Final = "the document has no word of the vocabulary, and the model reads words only or it has no vector"
THETA: Final = Table(
    "theta",
    "a document, in the order of `documents`",
    {
        "id": _ID,
        "lang": _LANG,
        "split": _SPLIT,
        "label": _LABEL,
        "pair": _PAIR,
        "whole": _WHOLE,
        "theta": Column(VECTOR, "share of each topic in the document; the shares sum to 1", null=_UNKNOWN),
        "scores": Column(VECTOR, "scores of the topics; theta is their softmax", null=_UNKNOWN),
    },
)
WHOLES: Final = Table(
    "wholes",
    "a long text that was cut into passages (`documents.split_length`)",
    {
        "id": Column(pl.String, "unique name of the text; its passages have it as `whole`"),
        "lang": _LANG,
        "split": _SPLIT,
        "label": _LABEL,
        "pair": _PAIR,
        "passages": Column(pl.UInt32, "number of its passages"),
        "words": Column(pl.UInt32, "how many of its tokens are in the vocabulary"),
        "theta": Column(
            VECTOR,
            "mean of its passages' theta, weighted by their known words; the plain mean if none has any",
            null=_UNKNOWN,
        ),
        "scores": Column(VECTOR, "mean of its passages' scores, weighted likewise", null=_UNKNOWN),
    },
)
BETA: Final = Table(
    "beta",
    "a topic in one language",
    {
        "lang": _LANG,
        "topic": Column(pl.UInt32, "number of the topic, from 0"),
        "word_scores": Column(pl.List(pl.Float32), "a score for each term; a larger score means a more typical word"),
    },
)
TOPICS: Final = Table(
    "topics",
    "a topic in one language, under one selection of its words",
    {
        "source": Column(pl.String, "`trained`, or `start` for the clusters before training"),
        "selection": Column(pl.String, "`agreed`, `owned` or `beta`: how the words were selected, see `top_words`"),
        "lang": _LANG,
        "topic": BETA.columns["topic"],
        "words": Column(pl.List(pl.String), "top words, the best first"),
    },
)

TABLES: Final = (
    *(DOCUMENTS, REJECTS, REFERENCE, PARALLEL, TOKENS, REFERENCE_TOKENS, PARALLEL_TOKENS, VOCABULARY, BOW, EMBEDDINGS),
    *(WORD_VECTORS, LINKS, CLUSTERS, THETA, WHOLES, BETA, TOPICS),
)
