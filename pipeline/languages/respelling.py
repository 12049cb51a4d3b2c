"""Spellings of one word that a language treats as the same, brought to one of them.

Each rule is a regular expression and what takes its place, applied after NFKC to the words that are counted. The text
that people and encoders read stays as it was written.
"""

from __future__ import annotations

from typing import Final

Rules = tuple[tuple[str, str], ...]


# The tatweel only stretches a word; the short vowels (harakat), the dagger alef and the marks of the Quran are left out
# in most texts.
_ARABIC_MARKS: Rules = (("[\u0640\u064b-\u0652\u0670\u0610-\u061a\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]", ""),)
_KAF: Rules = (("\u0643", "\u06a9"),)  # as Arabic writes it -> as Persian, Kurdish, Pashto and Urdu do
_YEH: Rules = (("[\u064a\u0649]", "\u06cc"),)

ARABIC: Final = (*_ARABIC_MARKS, ("\u06cc", "\u064a"), ("\u06a9", "\u0643"))
PERSIAN: Final = (*_ARABIC_MARKS, *_KAF, *_YEH, ("\u0647\u0654|\u06c0", "\u0647"), ("\u200c{2,}", "\u200c"))
URDU: Final = (*_ARABIC_MARKS, *_KAF, *_YEH, ("\u0647", "\u06c1"))
PASHTO: Final = (*_ARABIC_MARKS, *_KAF)
KURDISH: Final = (*_ARABIC_MARKS, *_KAF, *_YEH, ("\u0647\u200c", "\u06d5"))  # heh and a non-joiner were typed for ae
MARKS_OF_ARABIC: Final = _ARABIC_MARKS

# Points and cantillation are left out in most texts; Yiddish needs its points. The quotation mark of the keyboard
# stands for the gershayim of an abbreviation, and the apostrophe for the geresh.
_GERSHAYIM: Rules = (('(?<=[א-ת])"(?=[א-ת])', "״"), ("(?<=[א-ת])'(?=[א-ת])", "׳"))
HEBREW: Final = (("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]", ""), ("\u05be", " "), *_GERSHAYIM)
YIDDISH: Final = (("\u05be", " "), *_GERSHAYIM)

# NFKC splits the vowels am of Thai and Lao in two, which dictionaries of words do not; two e are typed for ae.
THAI: Final = (("\u0e4d([\u0e48-\u0e4b]?)\u0e32", "\\1\u0e33"), ("\u0e40\u0e40", "\u0e41"))
LAO: Final = (("\u0ecd([\u0ec8-\u0ecb]?)\u0eb2", "\\1\u0eb3"),)

# Letters with a cedilla come from times without those with a comma.
ROMANIAN: Final = (("ş", "ș"), ("Ş", "Ș"), ("ţ", "ț"), ("Ţ", "Ț"))
UZBEK: Final = (("(?<=[oOgG])['`´ʻ]", "ʻ"),)  # oʻ and gʻ are letters; other apostrophes stay
# The mark of a syllable that ends in oa, oe or uy is typed on either vowel.
_SYLLABLES: Final = (("o", "a", "àáảãạ", "òóỏõọ"), ("o", "e", "èéẻẽẹ", "òóỏõọ"), ("u", "y", "ỳýỷỹỵ", "ùúủũụ"))
VIETNAMESE: Final = tuple(
    (f"(?<![qQ]){case(first + marked)}(?!\\p{{L}})", case(toned + second))
    for first, second, marked_vowels, toned_vowels in _SYLLABLES
    for marked, toned in zip(marked_vowels, toned_vowels, strict=True)
    for case in (str.lower, str.upper)
)
# A line below is written for the dot below, and an old Greek letter for o with a dot.
YORUBA: Final = (("\u0329", "\u0323"), ("ϙ", "ọ"), ("Ϙ", "Ọ"))

# Letters that sound alike in Amharic are written for each other; each has seven forms, one for each vowel.
AMHARIC: Final = tuple(
    (chr(ord(other) + vowel), chr(ord(letter) + vowel))
    for letter, others in (("ሀ", "ሐኀ"), ("ሰ", "ሠ"), ("አ", "ዐ"), ("ጸ", "ፀ"))
    for other in others
    for vowel in range(7)
)

# A letter, its virama and a joiner were typed for the letters that Unicode 5.1 brought.
MALAYALAM: Final = tuple((f"{letter}\u0d4d\u200d", chillu) for letter, chillu in zip("ണനരലളക", "ൺൻർൽൾൿ", strict=True))
BENGALI: Final = (("ত\u09cd\u200d", "ৎ"),)
JOINERS: Final = (("[\u200c\u200d]", ""),)  # where they only choose a look
