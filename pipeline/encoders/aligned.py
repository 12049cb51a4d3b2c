"""The offline encoder: word vectors from the corpus itself, aligned by a bilingual dictionary.

It needs no download. The word vectors of every language are rotated into the pivot's space. The dictionary is a file,
or is made of aligned texts. The vector of a document is the weighted mean of its words (SIF, Arora et al., 2017) minus
the mean of its language.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, Field
from scipy.sparse import csr_array, vstack

from pipeline.bow.counts import word_counts
from pipeline.bow.phrases import MARK
from pipeline.common.errors import InputError
from pipeline.common.parquet_files import read_parquet, write_parquet
from pipeline.common.wording import counted
from pipeline.encoders.encoder_folder import write_config
from pipeline.encoders.rotation import Pairs, align, prune
from pipeline.encoders.word_vectors import frequent_words, word_vectors
from pipeline.lexicon.coverage import swap_advice
from pipeline.lexicon.dictionary import dictionary_file, swapped_columns
from pipeline.lexicon.links import count_sources, known_links, languages_without_file
from pipeline.tables.by_language import ByLanguage
from pipeline.tables.vectors import unit_rows, vector_column

log = logging.getLogger(__name__)

FEWEST_PAIRS = 20  # with fewer pairs a rotation is guesswork
WORDS, MEANS = "words.parquet", "means.parquet"


class AlignedParams(BaseModel):
    """The ``aligned`` section of params.yaml.

    Attributes:
        dictionary: folder of the ``<pivot>-<language>.tsv`` files (top level).
        seed: seed of the randomised singular value decomposition (top level).
        dimension: width of the vectors.
        rounds: how often mutual nearest neighbours are added to the dictionary.
        min_documents: number of training documents that must contain a word for it to get a vector.
        max_words: how many words of each language get a vector; the most frequent ones do.
        max_pivot_translations: pivot words with more translations than this are left out.
        max_translations: words of the other languages with more translations than this are left out.
        sif: the constant a in SIF's word weight a / (a + p(word)).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dictionary: Path | None = Path("data/dictionaries")
    seed: int = Field(0, ge=0, lt=2**32)
    dimension: int = Field(300, ge=2)
    rounds: int = Field(5, ge=0)
    min_documents: int = Field(2, ge=1)
    max_words: int = Field(10_000, ge=10)
    max_pivot_translations: int = Field(20, ge=1)
    max_translations: int = Field(4, ge=1)
    sif: float = Field(1e-3, gt=0)


@dataclass(frozen=True)
class WordSpace:
    """What is learnt about one language.

    Attributes:
        words: V words, the most frequent first.
        share: (V,) share of each word in all training tokens; sums to 1.
        vectors: (V, dimension) float32, in the pivot's space.
        mean: (dimension,) mean vector of the training documents.
    """

    words: list[str]
    share: np.ndarray
    vectors: np.ndarray
    mean: np.ndarray


class AlignedEncoder:
    """Aligned word vectors; see the module's docstring.

    Attributes:
        aligned_texts: from :func:`pipeline.lexicon.aligned_texts.aligned_texts`; they make the dictionary of a language
            for which no file is given.
    """

    def __init__(self, params: AlignedParams) -> None:
        self.params = params
        self.aligned_texts: pl.DataFrame | None = None
        self.spaces: dict[str, WordSpace] = {}  # pivot first

    def learn(self, documents: pl.DataFrame) -> None:
        """Make the word vectors of each language and rotate them; see :class:`pipeline.encoders.encoder.Encoder`.

        Raises:
            InputError: a language has too few frequent words, or languages share too few dictionary pairs with the
                pivot; all such languages are named.
        """
        train = {
            language: documents["tokens"][rows].filter(documents["split"][rows] == "train")
            for language, rows in ByLanguage.of(documents["lang"]).slices.items()
        }
        words = {language: self._frequent_words(language, tokens) for language, tokens in train.items()}
        pairs = self._all_pairs(words)
        self.spaces = {}
        for language, tokens in train.items():
            self.spaces[language] = self._learn(tokens, words[language], pairs.get(language))

    def encode(self, documents: pl.DataFrame) -> np.ndarray:
        """Weighted means of word vectors minus the language's mean; see :class:`pipeline.encoders.encoder.Encoder`.

        Raises:
            InputError: there are documents of a language that was not learnt.
        """
        vectors = np.zeros((len(documents), self.params.dimension), np.float32)
        for language in documents["lang"].unique(maintain_order=True):
            is_language = documents["lang"] == language
            space, rows = self._space(language), np.flatnonzero(is_language.to_numpy())
            self._embed(documents["tokens"].filter(is_language), space, vectors, rows)
        return vectors

    def words(self, language: str, words: Sequence[str]) -> np.ndarray:
        """(V, dimension) word vectors, neither weighted nor centred; see :class:`pipeline.encoders.encoder.Encoder`.

        A phrase has the mean vector of its words.

        Raises:
            InputError: the language was not learnt.
        """
        space = self._space(language)
        places = {word: place for place, word in enumerate(space.words)}
        rows = np.array([places.get(word, -1) for word in words], dtype=np.int64)
        vectors = np.zeros((len(words), self.params.dimension), np.float32)
        vectors[rows >= 0] = space.vectors[rows[rows >= 0]]
        for row in np.flatnonzero(rows < 0).tolist():
            if parts := [places[part] for part in words[row].split(MARK) if part in places]:
                vectors[row] = space.vectors[parts].mean(axis=0)
        return vectors

    def save(self, folder: Path) -> None:
        """Write words and means as tables; see :class:`pipeline.encoders.encoder.Encoder`."""
        write_parquet(pl.concat([_word_rows(lang, space) for lang, space in self.spaces.items()]), folder / WORDS)
        means = np.array([space.mean for space in self.spaces.values()])
        column = pl.Series("mean", means, dtype=pl.Array(pl.Float64, means.shape[1]))
        write_parquet(pl.DataFrame({"lang": list(self.spaces), "mean": column}), folder / MEANS)
        write_config(folder, "aligned", self.params, (WORDS, MEANS))

    def load(self, folder: Path) -> None:
        """Read what :meth:`save` wrote.

        Raises:
            InputError: a table is damaged.
            ValueError: the vectors are not as wide as the parameters say.
        """
        words = read_parquet(folder / WORDS, ["lang", "word", "share", "vector"])
        means = read_parquet(folder / MEANS, ["lang", "mean"])
        for lang, mean in zip(means["lang"], means["mean"].to_numpy(), strict=True):
            if len(mean) != self.params.dimension:
                raise ValueError(f"{lang}: the vectors have {len(mean)} numbers, expected {self.params.dimension}")
            rows = words.filter(pl.col("lang") == lang)
            columns = (rows["word"].to_list(), rows["share"].to_numpy(), rows["vector"].to_numpy())
            self.spaces[lang] = WordSpace(*columns, mean)

    def _space(self, lang: str) -> WordSpace:
        if lang not in self.spaces:
            learnt_languages = ", ".join(self.spaces) or "nothing"
            raise InputError(
                f"the aligned encoder has not learnt `{lang}`; it has learnt {learnt_languages}. It embeds only the "
                "languages of its training documents. Leave other languages out, or train with them."
            )
        return self.spaces[lang]

    def _frequent_words(self, lang: str, train: pl.Series) -> list[str]:
        words = frequent_words(train, self.params.min_documents, self.params.max_words)
        if len(words) < FEWEST_PAIRS:
            raise InputError(
                f"{lang}: only {counted(len(words), 'word')} in at least {self.params.min_documents} of "
                f"{counted(len(train), 'training document')}; at least {FEWEST_PAIRS} are needed. Add documents, lower "
                "aligned.min_documents, or use another encoder."
            )
        return words

    def _learn(self, train: pl.Series, words: list[str], pairs: Pairs | None) -> WordSpace:
        blocks = [counts for _, counts in word_counts(train, words)]
        bow = vstack(blocks, format="csr")
        totals = np.asarray(bow.sum(axis=0), dtype=np.float64)
        share = totals / max(totals.sum(), 1)
        vectors = word_vectors(bow, self.params.dimension, self.params.seed)
        if pairs is not None:
            vectors = self._rotated(vectors, pairs)
        return WordSpace(words, share, vectors, _training_mean(blocks, self._weighted(vectors, share)))

    def _rotated(self, vectors: np.ndarray, pairs: Pairs) -> np.ndarray:
        """The vectors in the space of the pivot, which is the first language that was learnt."""
        pivot = next(iter(self.spaces.values())).vectors
        candidates = (np.arange(len(pivot)), np.arange(len(vectors)))
        return vectors @ align(pivot, vectors, pairs, self.params.rounds, candidates)

    def _all_pairs(self, words: Mapping[str, list[str]]) -> dict[str, Pairs]:
        """The dictionary pairs of each language except the pivot."""
        (pivot, pivot_words), *others = words.items()
        pairs = {language: self._pairs(pivot, pivot_words, language, own) for language, own in others}
        if too_few := [language for language, found in pairs.items() if len(found) < FEWEST_PAIRS]:
            counts = {language: len(pairs[language]) for language in too_few}
            raise InputError("\n".join(self._explain(pivot, words, counts)))
        return pairs

    def _pairs(self, pivot: str, pivot_words: list[str], lang: str, words: list[str]) -> Pairs:
        links = known_links(self.params.dictionary, self.aligned_texts, pivot, pivot_words, lang, words)
        pairs = prune(
            np.array(sorted(links), dtype=np.int64).reshape(-1, 2),
            self.params.max_pivot_translations,
            self.params.max_translations,
        )
        log.info("%s-%s: %s, %s", pivot, lang, counted(len(pairs), "dictionary pair"), count_sources(links))
        return pairs

    def _explain(self, pivot: str, words: Mapping[str, list[str]], counts: Mapping[str, int]) -> Iterator[str]:
        """What to do about the languages that have too few pairs: a line for each file, and one for missing files."""
        folder = self.params.dictionary
        without = languages_without_file([pivot, *counts], folder)
        for lang in (name for name in counts if name not in without):
            if swapped := swapped_columns(folder, pivot, words[pivot], lang, words[lang]):
                yield " ".join(swap_advice(swapped))
            else:
                yield (
                    f"Only {counted(counts[lang], 'pair')} of {dictionary_file(folder, pivot, lang)} can be found in "
                    f"the documents; at least {FEWEST_PAIRS} are needed to align the languages. Add words in the form "
                    "in which the tokeniser cuts them, or set `encoder: auto`, which needs no dictionary."
                )
        if without:
            found = ", ".join(f"{lang} {counts[lang]}" for lang in without)
            files = ", ".join(f"{pivot}-{lang}.tsv" for lang in without)
            yield (
                f"`encoder: aligned` needs a dictionary from {pivot} to {', '.join(without)}: there is no {files}"
                f"{f' in {folder}' if folder else ''}, and words that are written alike and aligned texts give fewer "
                f"than {FEWEST_PAIRS} pairs ({found}). Set `encoder: auto`, which needs no dictionary; or add these "
                f"files ({pivot} word, tab, other word) to the folder `dictionary`; or set `parallel` to texts with "
                "their translations."
            )

    def _weighted(self, vectors: np.ndarray, share: np.ndarray) -> np.ndarray:
        return vectors * (self.params.sif / (self.params.sif + share))[:, None]

    def _embed(self, tokens: pl.Series, space: WordSpace, out: np.ndarray, rows: np.ndarray) -> None:
        """Write the documents' vectors into the ``rows`` of ``out``, which are zeros until then."""
        weighted = self._weighted(space.vectors, space.share)
        for block, counts in word_counts(tokens, space.words):
            has_words = np.diff(counts.indptr) > 0
            out[rows[block][has_words]] = unit_rows(_centred(counts[has_words], weighted, space.mean))


def _means(counts: csr_array, vectors: np.ndarray) -> np.ndarray:
    """(D, dimension) mean vector of each document's words; zeros for a document without words."""
    sums = counts @ vectors
    sums /= np.maximum(np.asarray(counts.sum(axis=1)), 1)[:, None]
    return sums


def _centred(counts: csr_array, vectors: np.ndarray, mean: np.ndarray) -> np.ndarray:
    means = _means(counts, vectors)
    means -= mean
    return means.astype(np.float32)


def _training_mean(blocks: Sequence[csr_array], weighted: np.ndarray) -> np.ndarray:
    """(dimension,) mean over the documents that have words; computed block by block to save memory."""
    documents = sum(int((np.diff(counts.indptr) > 0).sum()) for counts in blocks)
    return sum(_means(counts, weighted).sum(axis=0) for counts in blocks) / documents


def _word_rows(lang: str, space: WordSpace) -> pl.DataFrame:
    columns = {"word": space.words, "share": space.share, "vector": vector_column(space.vectors)}
    return pl.DataFrame(columns).select(pl.lit(lang).alias("lang"), pl.all())
