"""The parameters of tokenisation, in a module of their own so that every tokeniser can import them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pipeline.tokens.lemmas import Lemmas

# UniDic's parts of speech except for symbols and blanks: noun, pronoun, adjectival noun, adnominal, adverb,
# conjunction, interjection, verb, adjective, auxiliary, particle, prefix, suffix.
JapanesePos = Literal[
    "名詞",
    "代名詞",
    "形状詞",
    "連体詞",
    "副詞",
    "接続詞",
    "感動詞",
    "動詞",
    "形容詞",
    "助動詞",
    "助詞",
    "接頭辞",
    "接尾辞",
]


# Kiwi's parts of speech that can be words (Sejong tags): noun, name, bound noun, numeral, pronoun, verb, adjective,
# auxiliary, copulas, determiner, adverb, conjunctive adverb, interjection, root, prefix, suffixes; then words in Latin
# letters, in Chinese characters, and numbers.
KoreanPos = Literal[
    "NNG",
    "NNP",
    "NNB",
    "NR",
    "NP",
    "VV",
    "VA",
    "VX",
    "VCP",
    "VCN",
    "MM",
    "MAG",
    "MAJ",
    "IC",
    "XR",
    "XPN",
    "XSN",
    "XSV",
    "XSA",
    "SL",
    "SH",
    "SN",
]


class ChineseParams(BaseModel):
    """How Chinese is cut.

    Attributes:
        script: the script to which texts are converted before they are cut; jieba's dictionary is best at simplified.
        engine: jieba, or its Rust twin rjieba, which cuts Chinese three times as fast. Of 54,743 pieces of news text
            (WMT, NTREX) they cut 7 differently, all with a decimal point before letters or a second point
            (``28.4mg`` is one word for rjieba, and two words for jieba). They also differ for a character that is
            repeated many times, and for the characters of Unicode's extensions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: Literal["jieba", "rjieba"] = "jieba"
    script: Literal["keep", "simplified", "traditional"] = "keep"


class JapaneseParams(BaseModel):
    """How Japanese is cut.

    Attributes:
        form: the word as written, or its dictionary form.
        pos: the parts of speech that are kept (UniDic's pos1); an empty list keeps all except for symbols. Adverbs,
            pronouns and affixes carry little topic.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Literal["surface", "base"] = "base"
    pos: tuple[JapanesePos, ...] = ("名詞", "動詞", "形容詞", "形状詞")


class KoreanParams(BaseModel):
    """How Korean is cut.

    Attributes:
        pos: the parts of speech that are kept (Sejong tags, as Kiwi gives them); an empty list keeps every morpheme.
            Particles and endings carry no topic, adverbs and pronouns little.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pos: tuple[KoreanPos, ...] = ("NNG", "NNP", "VV", "VA", "XR", "SL", "SH", "SN")


class TokeniseParams(BaseModel):
    """How texts become tokens, in every language.

    Attributes:
        pretokenised: whether texts are already tokens with blanks between them, and so stay unchanged and unfiltered.
        reference_pretokenised: the same for the reference corpus and for `parallel`.
        stopwords: a folder with the user's own ``<lang>.txt``, in addition to the lists of this project.
        common_share: in a language of which fewer than 100 stop words are known, words in more than this share of the
            training documents are left out; null chooses it by the length of the documents, and 1 keeps every word.
        lemmas: whether words are brought to their dictionary form, also in the reference corpus: ``auto`` in languages
            whose words have many forms, ``all`` wherever the forms are known, or ``none``. Japanese and Korean have
            parameters of their own.
        numbers: whether to keep tokens that are only a number.
        min_characters: the number of characters below which a token is dropped, in every script.
        zh: the parameters for Chinese.
        ja: the parameters for Japanese.
        ko: the parameters for Korean.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pretokenised: bool = False
    reference_pretokenised: bool = False
    stopwords: Path | None = None
    common_share: float | None = Field(default=None, gt=0, le=1)
    lemmas: Lemmas = "auto"
    numbers: bool = False
    min_characters: int = Field(default=2, ge=1)
    zh: ChineseParams = ChineseParams()
    ja: JapaneseParams = JapaneseParams()
    ko: KoreanParams = KoreanParams()

    def for_reference(self) -> TokeniseParams:
        """The parameters for the reference corpus."""
        return self.model_copy(update={"pretokenised": self.reference_pretokenised})

    def unfiltered(self) -> TokeniseParams:
        """The same rules with every part of speech kept."""
        every_part = {"pos": ()}
        kept = {"ja": self.ja.model_copy(update=every_part), "ko": self.ko.model_copy(update=every_part)}
        return self.model_copy(update=kept)
