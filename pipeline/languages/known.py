"""One record for each language of which something is known; other languages are treated by Unicode's rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pipeline.languages import respelling
from pipeline.languages.respelling import Rules

Segmenter = Literal["blanks", "jieba", "mecab", "kiwi", "icu", "none"]
RIGHT_TO_LEFT: Final = frozenset(("Arabic", "Hebrew", "Thaana"))


@dataclass(frozen=True)
class KnownLanguage:
    """What is known of a language.

    Attributes:
        code: ISO 639-1, or ISO 639-3 where there is none.
        name: its English name.
        scripts: Unicode's names of the scripts that it is written in.
        segmenter: what cuts its texts into words: Unicode's rules where there are blanks between words; ``none`` where
            there are none and nothing here cuts it.
        dotted: whether i with and without a dot are two letters, each with its own capital.
        elided: words that are elided before an apostrophe; they are left out.
        respelled: spellings that count as the same, see :mod:`pipeline.languages.respelling`.
        lemmas: the code of its word forms in the package simplemma; empty where there are none.
        inflected: whether its words have so many forms that topics are better without them.
        like: a language whose stop words serve this one as well.
        own_names: what its speakers call it, where that is not its English name.
    """

    code: str
    name: str
    scripts: tuple[str, ...]
    segmenter: Segmenter = "blanks"
    dotted: bool = False
    elided: frozenset[str] = frozenset()
    respelled: Rules = ()
    lemmas: str = ""
    inflected: bool = False
    like: str = ""
    own_names: tuple[str, ...] = ()

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """The direction in which its first script is written."""
        return "rtl" if self.scripts[0] in RIGHT_TO_LEFT else "ltr"


def _record(
    code: str,
    name: str,
    scripts: str = "Latin",
    segmenter: Segmenter = "blanks",
    *,
    elided: str = "",
    respelled: Rules = respelling.JOINERS,
    dotted: bool = False,
    lemmas: str = "",
    like: str = "",
    own: str = "",
) -> KnownLanguage:
    return KnownLanguage(
        code=code,
        name=name,
        scripts=tuple(scripts.split()),
        segmenter=segmenter,
        dotted=dotted,
        elided=frozenset(elided.split()),
        respelled=respelled,
        lemmas=lemmas,
        inflected=lemmas in _INFLECTED.split(),
        like=like,
        own_names=tuple(filter(None, own.split(", "))),
    )


_JOINED: Rules = ()  # the joiners of Unicode spell words

# Tables of simplemma for languages with many forms of a word. With them, CNPMI with English rises by 8 % in German, and
# by two fifths in Arabic, Russian and Turkish (clusters of SIB-200, counted in NTREX); in Spanish, French, Hindi,
# Indonesian and Swahili it changes by 4 % or less.
_INFLECTED = "ar bg cs de el et fi hbs hu hy ka la lt lv mk pl ro ru sk sl sq tr uk"

_RECORDS = (
    _record("af", "Afrikaans"),
    _record("am", "Amharic", "Ethiopic", respelled=respelling.AMHARIC + respelling.JOINERS, own="አማርኛ"),
    _record("ar", "Arabic", "Arabic", respelled=respelling.ARABIC + respelling.JOINERS, lemmas="ar", own="العربية"),
    _record(
        "arz", "Egyptian Arabic", "Arabic", respelled=respelling.ARABIC + respelling.JOINERS, like="ar", own="مصرى"
    ),
    _record("as", "Assamese", "Bengali", respelled=respelling.BENGALI, own="অসমীয়া"),
    _record("az", "Azerbaijani", "Latin Cyrillic", dotted=True, own="Azərbaycan dili, Azərbaycanca, Azərbaycan"),
    _record("be", "Belarusian", "Cyrillic", own="Беларуская"),
    _record("bg", "Bulgarian", "Cyrillic", lemmas="bg", own="Български"),
    _record("bn", "Bengali", "Bengali", respelled=respelling.BENGALI, own="বাংলা"),
    _record("bo", "Tibetan", "Tibetan", "none", own="བོད་སྐད་"),
    _record("br", "Breton", own="Brezhoneg"),
    _record("bs", "Bosnian", "Latin Cyrillic", lemmas="hbs", like="hr", own="Bosanski"),
    _record("ca", "Catalan", elided="d l m n s t", lemmas="ca", own="Català"),
    _record("ceb", "Cebuano", own="Sinugboanon, Binisaya"),
    _record("ckb", "Central Kurdish", "Arabic", respelled=respelling.KURDISH, own="کوردیی ناوەندی, سۆرانی"),
    _record("cs", "Czech", lemmas="cs", own="Čeština, Česky"),
    _record("cy", "Welsh", lemmas="cy", own="Cymraeg"),
    _record("da", "Danish", lemmas="da", own="Dansk"),
    _record("de", "German", lemmas="de", own="Deutsch"),
    _record("dv", "Dhivehi", "Thaana", own="ދިވެހިބަސް"),
    _record("dz", "Dzongkha", "Tibetan", "none", own="རྫོང་ཁ"),
    _record("el", "Greek", "Greek", lemmas="el", own="Ελληνικά"),
    _record("en", "English", lemmas="en"),
    _record("eo", "Esperanto", lemmas="eo", own="Esperanto"),
    _record("es", "Spanish", lemmas="es", own="Español, Castellano"),
    _record("et", "Estonian", lemmas="et", own="Eesti"),
    _record("eu", "Basque", own="Euskara"),
    _record("fa", "Persian", "Arabic", respelled=respelling.PERSIAN, lemmas="fa", own="فارسی"),
    _record("fi", "Finnish", lemmas="fi", own="Suomi"),
    _record("fil", "Filipino", lemmas="tl", like="tl"),
    _record("fr", "French", elided="c d j jusqu l lorsqu m n puisqu qu quoiqu s t", lemmas="fr", own="Français"),
    _record("fy", "Western Frisian", own="Frysk"),
    _record("ga", "Irish", lemmas="ga", own="Gaeilge"),
    _record("gd", "Scottish Gaelic", lemmas="gd", own="Gàidhlig"),
    _record("gl", "Galician", lemmas="gl", own="Galego"),
    _record("gu", "Gujarati", "Gujarati", own="ગુજરાતી"),
    _record("ha", "Hausa"),
    _record("he", "Hebrew", "Hebrew", respelled=respelling.HEBREW + respelling.JOINERS, lemmas="he", own="עברית"),
    _record("hi", "Hindi", "Devanagari", lemmas="hi", own="हिन्दी, हिंदी"),
    _record("hr", "Croatian", lemmas="hbs", own="Hrvatski"),
    _record("ht", "Haitian Creole", own="Kreyòl ayisyen, Kreyòl"),
    _record("hu", "Hungarian", lemmas="hu", own="Magyar"),
    _record("hy", "Armenian", "Armenian", lemmas="hy", own="Հայերեն"),
    _record("id", "Indonesian", lemmas="id", own="Bahasa Indonesia"),
    _record("ig", "Igbo", respelled=respelling.YORUBA + respelling.JOINERS),
    _record("is", "Icelandic", lemmas="is", own="Íslenska"),
    _record(
        *("it", "Italian"),
        own="Italiano",
        elided="agl all bell c coll d dagl dall degl dell gl l m negl nell nessun quell quest s sugl sull t un v",
        lemmas="it",
    ),
    _record("ja", "Japanese", "Han Hiragana Katakana", "mecab", own="日本語"),
    _record("jv", "Javanese", own="Basa Jawa"),
    _record("ka", "Georgian", "Georgian", lemmas="ka", own="ქართული"),
    _record("kk", "Kazakh", "Cyrillic Latin Arabic", own="Қазақ тілі, Қазақша"),
    _record("km", "Khmer", "Khmer", "icu", own="ខ្មែរ, ភាសាខ្មែរ"),
    _record("kn", "Kannada", "Kannada", own="ಕನ್ನಡ"),
    _record("ko", "Korean", "Hangul Han", "kiwi", own="한국어, 조선말"),
    _record("ku", "Kurdish", "Latin Arabic", own="Kurdî, Kurmancî"),
    _record("ky", "Kyrgyz", "Cyrillic", own="Кыргызча"),
    _record("la", "Latin", lemmas="la", own="Latina"),
    _record("lb", "Luxembourgish", lemmas="lb", own="Lëtzebuergesch"),
    _record("lo", "Lao", "Lao", "icu", respelled=respelling.LAO + respelling.JOINERS, own="ລາວ, ພາສາລາວ"),
    _record("lt", "Lithuanian", lemmas="lt", own="Lietuvių"),
    _record("lv", "Latvian", lemmas="lv", own="Latviešu"),
    _record("mg", "Malagasy"),
    _record("mi", "Maori", own="Māori, Te Reo Māori"),
    _record("mk", "Macedonian", "Cyrillic", lemmas="mk", own="Македонски"),
    _record(
        "ml", "Malayalam", "Malayalam", respelled=respelling.MALAYALAM + respelling.JOINERS, lemmas="ml", own="മലയാളം"
    ),
    _record("mn", "Mongolian", "Cyrillic Mongolian", own="Монгол"),
    _record("mr", "Marathi", "Devanagari", own="मराठी"),
    _record("ms", "Malay", lemmas="ms", own="Bahasa Melayu, Melayu"),
    _record("mt", "Maltese", own="Malti"),
    _record("my", "Burmese", "Myanmar", "icu", own="မြန်မာ, မြန်မာဘာသာ"),
    _record("nb", "Norwegian Bokmål", lemmas="nb", like="no", own="Bokmål, Norsk bokmål"),
    _record("ne", "Nepali", "Devanagari", own="नेपाली"),
    _record("nl", "Dutch", lemmas="nl", own="Nederlands"),
    _record("nn", "Norwegian Nynorsk", lemmas="nn", like="no", own="Nynorsk, Norsk nynorsk"),
    _record("no", "Norwegian", lemmas="nb", own="Norsk"),
    _record("ny", "Nyanja", own="Chichewa, Chinyanja"),
    _record("om", "Oromo", own="Afaan Oromoo, Oromoo"),
    _record("or", "Odia", "Oriya", own="ଓଡ଼ିଆ"),
    _record("pa", "Punjabi", "Gurmukhi Arabic", own="ਪੰਜਾਬੀ"),
    _record("pl", "Polish", lemmas="pl", own="Polski"),
    _record("ps", "Pashto", "Arabic", respelled=respelling.PASHTO, own="پښتو"),
    _record("pt", "Portuguese", lemmas="pt", own="Português"),
    _record("ro", "Romanian", respelled=respelling.ROMANIAN + respelling.JOINERS, lemmas="ro", own="Română"),
    _record("ru", "Russian", "Cyrillic", lemmas="ru", own="Русский"),
    _record("rw", "Kinyarwanda", own="Ikinyarwanda"),
    _record("sa", "Sanskrit", "Devanagari", own="संस्कृतम्, संस्कृत"),
    _record("sd", "Sindhi", "Arabic", respelled=respelling.MARKS_OF_ARABIC, own="سنڌي"),
    _record("si", "Sinhala", "Sinhala", respelled=_JOINED, own="සිංහල"),
    _record("sk", "Slovak", lemmas="sk", own="Slovenčina, Slovensky"),
    _record("sl", "Slovenian", lemmas="sl", own="Slovenščina, Slovensko"),
    _record("sn", "Shona", own="chiShona"),
    _record("so", "Somali", own="Soomaali"),
    _record("sq", "Albanian", lemmas="sq", own="Shqip"),
    _record(
        "sr", "Serbian", "Latin Cyrillic", own="Српски, Srpski"
    ),  # the lemmas of its relatives are in Latin letters
    _record("st", "Southern Sotho", own="Sesotho"),
    _record("su", "Sundanese", own="Basa Sunda"),
    _record("sv", "Swedish", lemmas="sv", own="Svenska"),
    _record("sw", "Swahili", lemmas="sw", own="Kiswahili"),
    _record("ta", "Tamil", "Tamil", own="தமிழ்"),
    _record("te", "Telugu", "Telugu", own="తెలుగు"),
    _record("tg", "Tajik", "Cyrillic", own="Тоҷикӣ"),
    _record("th", "Thai", "Thai", "icu", respelled=respelling.THAI + respelling.JOINERS, own="ไทย, ภาษาไทย"),
    _record("ti", "Tigrinya", "Ethiopic", own="ትግርኛ"),
    _record("tk", "Turkmen", own="Türkmençe, Türkmen dili"),
    _record("tl", "Tagalog", lemmas="tl"),
    _record("tr", "Turkish", dotted=True, lemmas="tr", own="Türkçe"),
    _record("tt", "Tatar", "Cyrillic", own="Татар, Татарча"),
    _record("ug", "Uyghur", "Arabic", respelled=respelling.MARKS_OF_ARABIC, own="ئۇيغۇرچە"),
    _record("uk", "Ukrainian", "Cyrillic", lemmas="uk", own="Українська"),
    _record("ur", "Urdu", "Arabic", respelled=respelling.URDU, own="اردو"),
    _record("uz", "Uzbek", "Latin Cyrillic", respelled=respelling.UZBEK + respelling.JOINERS, own="Oʻzbekcha, O‘zbek"),
    _record("vi", "Vietnamese", respelled=respelling.VIETNAMESE + respelling.JOINERS, own="Tiếng Việt"),
    _record("wo", "Wolof"),
    _record("xh", "Xhosa", own="isiXhosa"),
    _record("yi", "Yiddish", "Hebrew", respelled=respelling.YIDDISH + respelling.JOINERS, own="ייִדיש, יידיש"),
    _record("yo", "Yoruba", respelled=respelling.YORUBA + respelling.JOINERS, own="Yorùbá, Èdè Yorùbá"),
    _record("yue", "Cantonese", "Han Bopomofo", "jieba", like="zh", own="粵語, 粤语, 廣東話"),
    _record("zh", "Chinese", "Han Bopomofo", "jieba", own="中文, 汉语, 漢語, 简体中文, 繁體中文"),
    _record("zu", "Zulu", own="isiZulu"),
)

LANGUAGES: Final = {record.code: record for record in _RECORDS}


def known_language(code: str) -> KnownLanguage:
    """The record of a language; one without any special rule where nothing is known of it."""
    return LANGUAGES.get(code) or KnownLanguage(code, code, ("Latin",))
