"""Write docs/languages.md from what the code knows of each language (``make docs``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.encoders.e5 import E5_LANGUAGES
from pipeline.encoders.known_languages import UNIVERSAL_LANGUAGES
from pipeline.languages.known import LANGUAGES, KnownLanguage
from pipeline.tokens.common_words import ENOUGH
from pipeline.tokens.lemmas import has_lemmas
from pipeline.tokens.stop_words import REVIEWED, known_stop_words

PAGE = Path(__file__).with_name("languages.md")
ENCODERS: Final = {"universal": UNIVERSAL_LANGUAGES, "e5": E5_LANGUAGES}
SEGMENTERS: Final = {
    "blanks": "blanks",
    "jieba": "jieba",
    "mecab": "MeCab",
    "kiwi": "Kiwi",
    "icu": "ICU",
    "none": "none: pretokenise",
}
HEAD = f"""# Languages

What each language gets. A language is named by its ISO 639-1 code, or by its ISO 639-3 code where there is none; other
codes, tags, English names and its own name stand for it: `eng`, `en-US` and `English` are `en`, `Deutsch` is `de`, and
`zh-Hant` and `cmn` are `zh`.

- **Words:** what cuts texts into words. Between blanks, Unicode's rules do.
- **Stop words:** how many words are left out because they carry no topic. A star marks a list that was reviewed for
  this; the others are those of [stopwords-iso](https://github.com/stopwords-iso/stopwords-iso). Where fewer than
  {ENOUGH} are known, words that are in a large share of the documents are left out too (`tokenise.common_share`).
- **Lemmas:** whether the forms of a word are counted as one. *yes*: by default; *all*: with `tokenise.lemmas: all`;
  *own*: by the parameters of the language (`tokenise.ja.form`, `tokenise.ko.pos`).
- **Encoders:** those that were trained on the language; `aligned` and `precomputed` serve every language.

The same word is spelled in one way: Unicode's NFKC, lower case (in Turkish and Azerbaijani `I` becomes `ı`), and rules
of the language. Arabic loses its short vowels and the tatweel, Hebrew its points; Persian, Urdu and Kurdish have their
own kaf and yeh; Romanian has commas for cedillas, Vietnamese one place of the tone mark, Uzbek one sign in `oʻ`. Texts
are shown as they were written.

A language that is not in this table is cut at blanks and has neither stop words nor lemmas.

| code | language | script | words | stop words | lemmas | encoders |
|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The page as text."""
    return HEAD + "".join(f"| {' | '.join(_cells(record))} |\n" for record in LANGUAGES.values())


def _cells(record: KnownLanguage) -> Iterator[str]:
    count = len(known_stop_words(record.code))
    yield f"`{record.code}`"
    yield record.name
    yield ", ".join(record.scripts)
    yield SEGMENTERS[record.segmenter]
    yield (f"{count}{'*' * (REVIEWED / f'{record.code}.txt').exists()}" if count else "").replace("*", "\\*")
    yield _lemmas(record)
    yield ", ".join(name for name, languages in ENCODERS.items() if record.code in languages)


def _lemmas(record: KnownLanguage) -> str:
    if record.segmenter in ("mecab", "kiwi"):
        return "own"
    return "yes" if has_lemmas(record.code, "auto") else "all" if has_lemmas(record.code, "all") else ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
