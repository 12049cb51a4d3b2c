"""The names of the public data sets, their locations and the checksums of their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.common.errors import InputError, did_you_mean

SPLITS = ("train", "test")
_DATA = "BobXWu/InfoCTM/e4861f29ea868dc764bd70edb7ea9c710fb147fc/data"
_DICTIONARIES = "BobXWu/TopMost/e7591a6ed3a0e10037372a1957cadc77424015c8/data/dict.zip"


@dataclass(frozen=True)
class Dictionary:
    """A bilingual word list. Each line has a word of ``lang`` and a word of the pivot.

    Attributes:
        lang: the language that is not the pivot.
        file: the file name of the list in a folder of dictionaries.
        sha256: checksum of ``file``.
        archive: repository, commit and path of the zip archive that holds the list, below the server's address.
        member: its file name inside the archive, without folders (the archive's own checksum is not known).
        comments: the first lines of the converted file, without ``# ``.
    """

    lang: str
    file: str
    sha256: str
    archive: str
    member: str
    comments: tuple[str, ...]


@dataclass(frozen=True)
class Dataset:
    """A public data set in the layout ``{train,test}_{texts,labels}_CODE.txt`` and ``vocab_CODE``.

    Attributes:
        name: the name for users, and for its folder below ``data/``.
        folder: the name that its authors use.
        codes: for each language the code in the file names, pivot first.
        dictionary: the word list for its languages.
        sha256: the checksum of each file; a file that is left out has no known checksum.
        location: repository, commit and path of the folder that holds ``folder``, below the server's address.
    """

    name: str
    folder: str
    codes: Mapping[str, str]
    dictionary: Dictionary
    sha256: Mapping[str, str] = field(default_factory=dict)
    location: str = _DATA

    @property
    def pivot(self) -> str:
        """The language that the dictionary and the clusters start from."""
        return next(iter(self.codes))

    @property
    def files(self) -> list[str]:
        """Names of all files as their authors publish them."""
        texts = [f"{split}_{kind}_{code}.txt" for code in self.codes.values() for split in SPLITS for kind in _KINDS]
        return texts + [f"vocab_{code}" for code in self.codes.values()]


def find_dataset(name: str) -> Dataset:
    """The data set called ``name``.

    Raises:
        InputError: there is no such data set; the message lists the known names.
    """
    if name in DATASETS:
        return DATASETS[name]
    hint = did_you_mean(name.lower(), DATASETS)
    raise InputError(f"{name!r} is not a public data set: expected one of {', '.join(DATASETS)}.{hint}")


_KINDS = ("texts", "labels")

_CEDICT = Dictionary(
    lang="zh",
    file="cedict_zh_en.tsv",
    sha256="90fe84d6587c5a899bf24bcfc7c3a11ca13d58420e0ef415fef08f78491d5f73",
    archive=_DICTIONARIES,
    member="ch_en_dict.dat",
    comments=("english: porter", "source: CC-CEDICT (CC BY-SA 4.0), by way of BobXWu/TopMost"),
)

_MUSE = Dictionary(
    lang="ja",
    file="muse_ja_en.txt",
    sha256="99192b802882f16698824cb659e8f6999c0811b46c3be5ffa9ecc2ffef1da3e0",
    archive=_DICTIONARIES,
    member="ja-en.txt",
    comments=("source: MUSE (CC BY-NC 4.0), by way of BobXWu/TopMost",),
)

_ECNEWS = {
    "test_labels_cn.txt": "c668e92f11510b260e6e6b868f77abae886bbe026cf7d0edc93cf1bd7655adfe",
    "test_labels_en.txt": "1104d179b68cca0825c62172c4c54bfd658da64bb121fd8007ec09677c7031e2",
    "test_texts_cn.txt": "15d268e3f9a69905da2b6dbd1be7ddb758dce5f9fd87f41322caf8ce1b528e87",
    "test_texts_en.txt": "5f8a3bd99a0626a2c4e671440f31167e9173ec1e2d64066e75e6dae8d08bea5b",
    "train_labels_cn.txt": "e44be911ec788fc544912220de0731eb79853d6eb06f1b7539b58c1228122cae",
    "train_labels_en.txt": "ab9c7c6f5b0e51332876c13475959523779631643629687a2745b7c99c6dbed8",
    "train_texts_cn.txt": "db6873893391493d516b38328c74c2dbc024267385fd453c6a92bd6163118147",
    "train_texts_en.txt": "f43c4aa0ef2f9199eb579bcb120315be4bbacaa4e84239d5fb597edc74996c1f",
    "vocab_cn": "8c61ccc1105763626ac02685450119056ea6f7b8b5358dd89477a9d4dd250850",
    "vocab_en": "8dd59e24528cb8c2e6b00d37bd6e792ddb3868d31a34ed1ee0ed3e292a0a0481",
}

_RAKUTEN_AMAZON = {
    "test_labels_en.txt": "8d1f4daf0b3ba2eae14b0bec735b95a4d123d5e44a4bb08f14f78bb83b715eed",
    "test_labels_ja.txt": "892583b5a9230513a8290b35c2bd71a5f41af43d7284676f5ff4e925c86f6284",
    "test_texts_en.txt": "473d0449c43cfefd4fc0d3e42cca48f509e17b25603910975ea147109c7dc77c",
    "test_texts_ja.txt": "d6752cf0e670e2318626fa8bab226cbfb109c7be83933b9cf22fbfdeb78c9fed",
    "train_labels_en.txt": "69271396baafd79c694f5610a130a508328995c40b25f33b31846864623cec34",
    "train_labels_ja.txt": "59fc90302292368212a15d11e31d290870b7dca5e35038ee474ef743d954761c",
    "train_texts_en.txt": "67665ea48a86638ae5a99f05c8fba37eafd52950669c76544283c47dda1219c9",
    "train_texts_ja.txt": "03ef22dec48154dfcc0560296026f378e8be384af36c01ed977153ffd1f1f7a5",
    "vocab_en": "dce6fb79ebffe61736a7cdddeecf1adfc4fba2e1e550633c91b0ab1a61c611e7",
    "vocab_ja": "80fdbe906049868c1911e2ac35b944de86122bf9f4f2edbd7bd1155bad4226d0",
}

DATASETS: Mapping[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        Dataset("ecnews", "ECNews", {"en": "en", "zh": "cn"}, _CEDICT, _ECNEWS),
        Dataset("rakuten_amazon", "Rakuten_Amazon", {"en": "en", "ja": "ja"}, _MUSE, _RAKUTEN_AMAZON),
        Dataset("amazon_review", "Amazon_Review", {"en": "en", "zh": "cn"}, _CEDICT),
    )
}
