"""Naive twins of the library's formulas: loops over plain numbers, no torch, one small step after another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

Row = Sequence[float]
Rows = Sequence[Row]
Weights = Mapping[str, Any]  # a model's state as nested lists


def dot(first: Row, second: Row) -> float:
    return math.fsum(a * b for a, b in zip(first, second, strict=True))


def cosine(first: Row, second: Row) -> float:
    return dot(first, second) / (math.sqrt(dot(first, first)) * math.sqrt(dot(second, second)))


def mean(values: Iterable[float]) -> float:
    listed = list(values)
    return math.fsum(listed) / len(listed)


def softmax(row: Row) -> list[float]:
    largest = max(row)
    powers = [math.exp(value - largest) for value in row]
    return [power / math.fsum(powers) for power in powers]


def softplus(value: float) -> float:
    return math.log(1 + math.exp(value))


def drawn(means: Rows, logvars: Rows, noise: Rows) -> list[list[float]]:
    """Mean plus deviation times noise."""
    return [
        [m + math.exp(v / 2) * n for m, v, n in zip(*document, strict=True)]
        for document in zip(means, logvars, noise, strict=True)
    ]


def product(first: Rows, second: Rows) -> list[list[float]]:
    return [[dot(row, column) for column in zip(*second, strict=True)] for row in first]


def linear(rows: Rows, weight: Rows, bias: Row) -> list[list[float]]:
    """Rows times the transpose of an (out, in) weight, plus bias."""
    return [[dot(row, unit) + shift for unit, shift in zip(weight, bias, strict=True)] for row in rows]


def shift_norm(rows: Rows, bias: Row) -> list[list[float]]:
    """BatchNorm in training mode with scale 1."""
    columns = []
    for column, shift in zip(zip(*rows, strict=True), bias, strict=True):
        middle = mean(column)
        spread = mean((value - middle) ** 2 for value in column)
        columns.append([(value - middle) / math.sqrt(spread + 1e-5) + shift for value in column])
    return [list(row) for row in zip(*columns, strict=True)]


def reconstruction(logits: Rows, counts: Rows) -> float:
    """Mean over documents of -sum_w x_w log(p_w + 1e-10)."""
    total = 0.0
    for scores, words in zip(logits, counts, strict=True):
        for probability, count in zip(softmax(scores), words, strict=True):
            total -= count * math.log(probability + 1e-10)
    return total / len(logits)


def kl(means: Rows, logvars: Rows, prior_mean: Row, prior_variance: Row) -> float:
    """Mean over documents of 0.5 * (sum(var/var0 + (mean - mean0)^2/var0 + ln var0 - logvar) - K)."""
    total = 0.0
    for m, logvar in zip(means, logvars, strict=True):
        inner = 0.0
        for k, variance0 in enumerate(prior_variance):
            inner += math.exp(logvar[k]) / variance0 + (m[k] - prior_mean[k]) ** 2 / variance0
            inner += math.log(variance0) - logvar[k]
        total += 0.5 * (inner - len(prior_variance))
    return total / len(means)


def infonce(thetas: Rows, embeddings: Rows, form: str) -> float:
    """The published code runs over the embeddings for each theta, the paper over the thetas for each embedding."""
    total = 0.0
    for i in range(len(thetas)):
        own = math.exp(cosine(thetas[i], embeddings[i]))
        if form == "published":
            others = math.fsum(math.exp(cosine(thetas[i], embedding)) for embedding in embeddings)
        else:
            others = math.fsum(math.exp(cosine(theta, embeddings[i])) for theta in thetas)
        total -= math.log(own / others)
    return total / len(thetas)


def cluster(thetas: Rows, clusters: Sequence[int], temperature: float, form: str) -> float:
    """In decimals of any size, so that no temperature overflows."""
    terms = []
    for i, anchor in enumerate(thetas):
        positives, everyone = [], []
        for j, other in enumerate(thetas):
            if j == i:
                continue
            power = (Decimal(cosine(anchor, other)) / Decimal(temperature)).exp()
            everyone.append(power)
            if clusters[j] == clusters[i]:
                positives.append(power)
        if form == "paper":
            terms.append(sum((-(power / sum(everyone)).ln() for power in positives), Decimal(0)))
        elif positives:
            own = sum(positives, Decimal(0))
            terms.append(-(own / (own + sum(everyone))).ln())
    return float(sum(terms, Decimal(0)) / len(terms)) if terms else 0.0


def beta_one_way(first: Rows, second: Rows) -> float:
    """L(1->2) of the paper."""
    total = 0.0
    for k, topic in enumerate(first):
        total -= math.log(
            math.exp(cosine(topic, second[k])) / math.fsum(math.exp(cosine(topic, other)) for other in second)
        )
    return total / len(first)


def beta(first: Rows, second: Rows) -> float:
    """The paper's formula for two languages."""
    return (beta_one_way(first, second) + beta_one_way(second, first)) / 2


def beta_of_pairs(languages: Sequence[Rows]) -> float:
    """Mean of the two-language formula over unordered pairs."""
    pairs = [(i, j) for i in range(len(languages)) for j in range(i + 1, len(languages))]
    return mean(beta(languages[i], languages[j]) for i, j in pairs)


def prior(clusters: Sequence[int], topics: int) -> tuple[list[float], list[float]]:
    """Prior mean and variance from every language's clusters together."""
    counts = [sum(cluster == k for cluster in clusters) for k in range(topics)]
    alpha = [count / mean(counts) + 1e-6 for count in counts]
    logs = [math.log(a) for a in alpha]
    inverse = math.fsum(1 / a for a in alpha)
    variance = [(1 / a) * (1 - 2 / topics) + inverse / topics**2 for a in alpha]
    return [log - mean(logs) for log in logs], variance


def cluster_counts(bow: Rows, clusters: Sequence[int], topics: int) -> list[list[float]]:
    """(K, V) sums of the rows of each cluster."""
    counts = [[0.0] * len(bow[0]) for _ in range(topics)]
    for row, k in zip(bow, clusters, strict=True):
        for w, count in enumerate(row):
            counts[k][w] += count
    return counts


def beta_start(bow: Rows, clusters: Sequence[int], topics: int) -> list[list[float]]:
    """Words of each cluster, rows to one, times idf, rows to one, plus 1e-8."""
    words = range(len(bow[0]))
    counts = cluster_counts(bow, clusters, topics)
    idf = [math.log((topics + 1) / (sum(row[w] > 0 for row in counts) + 1)) + 1 for w in words]
    start = []
    for row in counts:
        share = [count / sum(row) if sum(row) else 0.0 for count in row]
        weighted = [s * i for s, i in zip(share, idf, strict=True)]
        total = math.fsum(weighted)
        start.append([(w / total if total else 0.0) + 1e-8 for w in weighted])
    return start


def xtra(
    weights: Weights,
    batches: Sequence[Mapping[str, Any]],
    params: Mapping[str, float],
    forms: Sequence[str],
) -> dict[str, float]:
    """XTRA's weighted loss terms in training mode without dropout, from the two-language formulas.

    Args:
        weights: by name.
        batches: one a language: bow, embeddings, clusters and noise.
        params: lambda1 to lambda3 and the temperature.
        forms: of InfoNCE and of the cluster loss.
    """
    terms = dict.fromkeys(("reconstruction", "kl", "infonce", "cluster", "beta"), 0.0)
    thetas, clusters, profiles = [], [], []
    for index, batch in enumerate(batches):
        means, logvars = xtra_posterior(weights, index, batch["bow"])
        theta = [softmax(row) for row in drawn(means, logvars, batch["noise"])]
        topics = weights[f"beta.{index}"]
        words = shift_norm(product(theta, topics), weights[f"decoder_norm.{index}.bias"])
        projected = linear(theta, weights["theta_map.weight"], weights["theta_map.bias"])
        terms["reconstruction"] += reconstruction(words, batch["bow"])
        terms["kl"] += kl(means, logvars, weights["prior_mean"], weights["prior_variance"])
        terms["infonce"] += params["lambda1"] * infonce(projected, batch["embeddings"], forms[0])
        profiles.append(linear(topics, weights[f"beta_map.{index}.weight"], weights[f"beta_map.{index}.bias"]))
        thetas += theta
        clusters += list(batch["clusters"])
    terms["cluster"] = params["lambda2"] * cluster(thetas, clusters, params["temperature"], forms[1])
    terms["beta"] = params["lambda3"] * beta_of_pairs(profiles)
    return terms


def xtra_posterior(weights: Weights, index: int, bow: Rows) -> tuple[list[list[float]], list[list[float]]]:
    """Means and log-variances of one language's batch in training mode."""
    shared = product(bow, weights[f"input.{index}.weight"])
    return xtra_body(
        weights, [[s + b for s, b in zip(row, weights[f"input.{index}.bias"], strict=True)] for row in shared]
    )


def xtra_body(weights: Weights, first: Rows) -> tuple[list[list[float]], list[list[float]]]:
    """Means and log-variances in training mode, from what the first layer gives before its ReLU."""
    shared = [[max(0.0, value) for value in row] for row in first]
    for layer in ("encoder.body.0", "encoder.body.2"):
        shared = linear(shared, weights[f"{layer}.weight"], weights[f"{layer}.bias"])
        shared = [[softplus(value) for value in row] for row in shared]
    heads = []
    for head in ("encoder.mean", "encoder.logvar"):
        raw = linear(shared, weights[f"{head}.weight"], weights[f"{head}.bias"])
        heads.append(shift_norm(raw, weights[f"{head}_norm.bias"]))
    return heads[0], heads[1]


def vector_layer(vectors: Rows, middle: Row, weight: Rows, scale: float) -> list[list[float]]:
    """Scale * weight @ unit(unit(vector) - middle); zeros for a vector of zeros."""
    rows = []
    for vector in vectors:
        if not any(vector):
            rows.append([0.0] * len(weight))
            continue
        moved = [value - m for value, m in zip(unit(vector), middle, strict=True)]
        rows.append([scale * dot(out, unit(moved)) for out in weight])
    return rows


def unit(row: Row) -> list[float]:
    return [value / math.sqrt(dot(row, row)) for value in row]


def anchor(scores: Rows, clusters: Sequence[int]) -> float:
    """Mean of -log of the cluster's share."""
    return mean(-math.log(softmax(row)[k]) for row, k in zip(scores, clusters, strict=True))


def centred(rows: Rows) -> list[list[float]]:
    middles = [mean(column) for column in zip(*rows, strict=True)]
    return [[value - middle for value, middle in zip(row, middles, strict=True)] for row in rows]


def frobenius_of_product(first: Rows, second: Rows) -> float:
    """|first' second|, element by element."""
    total = 0.0
    for a in zip(*first, strict=True):
        for b in zip(*second, strict=True):
            total += dot(a, b) ** 2
    return math.sqrt(total)


def cka_distance(thetas: Rows, embeddings: Rows, form: str) -> float:
    """The paper squares the cross norm, the published code does not, and takes the root of both others."""
    t, e = centred(thetas), centred(embeddings)
    cross, own = frobenius_of_product(t, e), frobenius_of_product(t, t) * frobenius_of_product(e, e)
    return 1 - (cross**2 / own if form == "paper" else cross / math.sqrt(own))


def link_information(first: Rows, second: Rows, mask: Rows, temperature: float) -> float:
    """InfoCTM one way: linked words against all that are not linked, summed with the links' weights."""
    total = 0.0
    columns, others = list(zip(*first, strict=True)), list(zip(*second, strict=True))
    for word, weights in zip(columns, mask, strict=True):
        powers = [math.exp(cosine(word, other) / temperature) for other in others]
        negatives = math.fsum(p for p, weight in zip(powers, weights, strict=True) if weight == 0)
        for power, weight in zip(powers, weights, strict=True):
            if weight:
                total -= weight * math.log(power / (negatives + power))
    return total


def pair_contrast(first: Rows, second: Rows, matches: Sequence[tuple[int, int]], temperature: float) -> float:
    """M3L, for two languages: each aligned document against the other language's batch, both ways."""
    total = 0.0
    for i, j in matches:
        own = math.exp(dot(first[i], second[j]) / temperature)
        total -= math.log(own / math.fsum(math.exp(dot(first[i], other) / temperature) for other in second))
        total -= math.log(own / math.fsum(math.exp(dot(other, second[j]) / temperature) for other in first))
    return total / len(matches)


def augmented(
    bow: Rows, near: Sequence[Sequence[Sequence[int]]], language: int, sizes: Sequence[int]
) -> list[list[int]]:
    """GloCTM: for each distinct word of a document 1 for itself and 1 for each of its neighbours.

    Args:
        bow: documents of the language.
        near: for each other or same language, the neighbours of each word of ``language``.
        language: its number.
        sizes: of all vocabularies.
    """
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    documents = []
    for row in bow:
        counts = [0] * sum(sizes)
        for word, count in enumerate(row):
            if count:
                counts[starts[language] + word] += 1
                for other, neighbours in enumerate(near):
                    for neighbour in neighbours[word]:
                        counts[starts[other] + neighbour] += 1
        documents.append(counts)
    return documents


def neighbours(mine: Rows, theirs: Rows, count: int, same: bool) -> list[list[int]]:
    """The words of the largest cosines; none for or of a word without a vector."""
    found = []
    for i, word in enumerate(mine):
        candidates = [j for j, other in enumerate(theirs) if any(other) and any(word) and not (same and i == j)]
        found.append(sorted(candidates, key=lambda j: -cosine(word, theirs[j]))[:count])
    return found


def smoothed_map(links: Rows, counts: Sequence[float], smoothing: float) -> list[list[float]]:
    """NMTM's map: a word's count where it is linked, plus ``smoothing``; rows to one, but for those of zeros."""
    rows = [[count * bool(link) + smoothing for link in row] for row, count in zip(links, counts, strict=True)]
    return [[value / math.fsum(row) if any(row) else 0.0 for value in row] for row in rows]


def soft_start(mass: Rows) -> list[list[float]]:
    """As beta_start, a word's number of topics taken as exp of the entropy of its shares."""
    idf = []
    for column in zip(*mass, strict=True):
        shares = [value / sum(column) for value in column if value]
        spread = math.exp(-sum(share * math.log(share) for share in shares)) if shares else 0.0
        idf.append(math.log((len(mass) + 1) / (spread + 1)) + 1)
    rows = []
    for row in mass:
        weighted = [value / math.fsum(row) * i for value, i in zip(row, idf, strict=True)]
        rows.append([value / math.fsum(weighted) + 1e-8 for value in weighted])
    return rows


def cosine_distance(first: Rows, second: Rows) -> float:
    return mean(1 - cosine(a, b) for a, b in zip(first, second, strict=True))


def translation_probabilities(
    sources: Sequence[set[str]], targets: Sequence[set[str]], rounds: int
) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """IBM model 1: t(target | source) and the expected counts, by (source, target)."""
    texts = list(zip(sources, targets, strict=True))
    probability = {(a, b): 1.0 for source, target in texts for a in source for b in target}
    counts: dict[tuple[str, str], float] = {}
    for _ in range(rounds):
        counts = dict.fromkeys(probability, 0.0)
        for source, target in texts:
            for b in target:
                together = math.fsum(probability[a, b] for a in source)
                for a in source:
                    counts[a, b] += probability[a, b] / together
        totals: dict[str, float] = {}
        for (a, _b), count in counts.items():
            totals[a] = totals.get(a, 0.0) + count
        probability = {(a, b): count / totals[a] for (a, b), count in counts.items()}
    return probability, counts
