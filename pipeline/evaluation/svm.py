"""The SVM of the papers, and a fast one for large sets.

scikit-learn is imported where it is used, because the import takes a second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from sklearn.svm import SVC

Method = Literal["exact", "fast"]
Predict = Callable[[np.ndarray], np.ndarray]  # (D, K) features -> (D,) labels
LANDMARKS = 1000  # for the fast method: more are closer to the exact method, but time grows with their square
CACHE_MB = 500  # size of the cache of kernel values in training
BLOCK = 512  # the kernel is computed for this many documents at a time
DECISIONS = 2**21  # numbers in memory at once for the decisions between pairs of classes, 16 MB


def exact_svm(features: np.ndarray, labels: np.ndarray, seed: int) -> Predict:
    """Train scikit-learn's SVM with its defaults (RBF, gamma ``scale``, C = 1); ``seed`` is not used.

    The labels are the same as those of ``SVC.predict``. Here the kernel of a block of documents is one matrix product;
    ``SVC.predict`` loops over pairs of documents instead, which takes longer than the training.
    """
    from sklearn.metrics.pairwise import rbf_kernel
    from sklearn.svm import SVC

    gamma = _gamma(features)
    model = SVC(gamma=gamma, cache_size=CACHE_MB).fit(features, labels)
    classes = len(model.classes_)
    at_once = max(1, DECISIONS // classes**2)
    is_second = np.tri(classes, k=-1, dtype=bool)  # of a pair, the class that wins where the decision is not above 0
    intercepts = np.zeros((classes, classes))
    intercepts[np.triu_indices(classes, 1)] = model.intercept_ * _sign(model)  # in the order of libsvm
    intercepts += intercepts.T

    def votes(block: np.ndarray) -> np.ndarray:
        against = _sums_against(model, rbf_kernel(block, model.support_vectors_, gamma))
        decisions = against + against.swapaxes(1, 2) + intercepts
        return ((decisions > 0) ^ is_second).sum(axis=2)

    def predict(block: np.ndarray) -> np.ndarray:
        parts = [votes(block[start : start + at_once]) for start in range(0, len(block), at_once)]
        return model.classes_[np.concatenate(parts).argmax(axis=1)]  # of equal classes the first, as in libsvm

    return predict


def _sums_against(model: SVC, kernel: np.ndarray) -> np.ndarray:
    """(D, C, C): what the support vectors of each class say in the decision against each other class.

    ``dual_coef_`` has the support vectors class by class, with the weights of each against the other classes.

    Args:
        model: the trained SVM of C classes and S support vectors.
        kernel: (D, S) kernel of documents and support vectors.
    """
    classes = np.arange(len(model.classes_))
    sums = np.zeros((len(kernel), len(classes), len(classes)))
    ends = np.cumsum(model.n_support_)
    for one, end, size in zip(classes, ends, model.n_support_, strict=True):
        own = slice(end - size, end)
        sums[:, one, classes != one] = kernel[:, own] @ model.dual_coef_[:, own].T
    return sums * _sign(model)


def _sign(model: SVC) -> int:
    return -1 if len(model.classes_) == 2 else 1  # with two classes, scikit-learn reverses the sign of the decision


def fast_svm(features: np.ndarray, labels: np.ndarray, seed: int) -> Predict:
    """Train a least-squares SVM (Suykens and Vandewalle, 1999) on Nystroem's features of the same kernel.

    The kernel is approximated from its values at random training documents, the landmarks (Williams and Seeger, 2001),
    so time grows with the number of documents, not with its square. On theta and the mean vectors of EC News, with all
    77,480 training documents of both languages, it takes 9 s; :func:`exact_svm` takes 95 s, both on two cores. Accuracy
    (that of the exact SVM in brackets) on theta: en->en 0.783 (0.780), zh->zh 0.767 (0.768), en->zh 0.631 (0.623),
    zh->en 0.635 (0.642); on the mean vectors: 0.791 (0.792), 0.777 (0.777), 0.624 (0.614), 0.607 (0.619).
    """
    from sklearn.kernel_approximation import Nystroem

    classes, numbers = np.unique(labels, return_inverse=True)
    landmarks = min(LANDMARKS, len(features))
    kernel = Nystroem(gamma=_gamma(features), n_components=landmarks, random_state=seed).fit(features)

    def mapped(block: np.ndarray) -> np.ndarray:
        return np.pad(kernel.transform(block), ((0, 0), (0, 1)), constant_values=1)  # the last weight is the intercept

    squares, products = np.eye(landmarks + 1), np.zeros((landmarks + 1, len(classes)))  # identity: penalty for C = 1
    targets = np.where(numbers[:, None] == np.arange(len(classes)), 1.0, -1.0)
    for start in range(0, len(features), BLOCK):
        block = mapped(features[start : start + BLOCK])
        squares += block.T @ block
        products += block.T @ targets[start : start + BLOCK]
    weights = np.linalg.solve(squares, products)
    return lambda block: classes[(mapped(block) @ weights).argmax(axis=1)]


def _gamma(features: np.ndarray) -> float:
    """The value of scikit-learn's gamma ``scale``."""
    variance = float(features.var())
    return 1 / (features.shape[1] * variance) if variance else 1.0


METHODS: dict[Method, Callable[[np.ndarray, np.ndarray, int], Predict]] = {"exact": exact_svm, "fast": fast_svm}
