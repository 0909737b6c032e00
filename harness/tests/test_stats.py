# SPDX-License-Identifier: MIT
"""The statistics of `deadpeer compare`, against SciPy's and NumPy's on random samples with ties."""

import collections
import itertools
import random

import pytest

from binary import PASS
from recorded import cell, write

numpy = pytest.importorskip("numpy")
stats = pytest.importorskip("scipy.stats")

EXACT = 56    # values in both samples up to which p is that of the permutations; report/stats.h
CONFIDENCE = 0.95


def sample(rng, n, ties):
    """Of one of several shapes; with few distinct values where @ties is set."""
    shape = rng.choice([lambda: rng.uniform(0, 1e9), lambda: rng.expovariate(1e-8),
                        lambda: rng.gauss(5e8, 1e7)])
    step = 2 * 10**7 if ties else 1
    return [step * round(shape() / step) for _ in range(n)]


def samples(seed, count, largest):
    rng = random.Random(seed)
    for i in range(count):
        ties = i % 2 == 0
        yield (sample(rng, rng.randint(1, largest), ties), sample(rng, rng.randint(1, largest), ties))


@pytest.fixture(scope="module")
def small():
    return list(samples(1, 150, EXACT // 2))


@pytest.fixture(scope="module")
def large():
    return list(samples(2, 40, 300)) + [([1, 2, 3], list(range(100))), ([5] * 40, [5] * 30)]


@pytest.fixture
def compared(deadpeer, tmp_path):
    """One cell of a comparison for each pair of samples."""

    def call(pairs):
        files = [write(tmp_path / f"{side}.jsonl",
                       *(cell(pair[i], scenario=f"s{n:04}") for n, pair in enumerate(pairs)))
                 for i, side in enumerate("ab")]
        cells = deadpeer("compare", "--json", *files, code=PASS).json()
        assert [c["scenario"] for c in cells] == [f"s{n:04}" for n in range(len(pairs))]
        return cells

    return call


def permutation_p(a, b):
    """Two-sided p of the rank sum of @a over all ways to choose it, by definition: how many of them
    have which sum of mid-ranks (doubled), counted in whole numbers."""
    pooled = sorted(a + b)
    rank = {v: 2 * pooled.index(v) + pooled.count(v) + 1 for v in set(pooled)}
    ways = [collections.Counter() for _ in range(len(a) + 1)]
    ways[0][0] = 1
    for v in pooled:
        for k in range(len(a), 0, -1):
            for total, count in ways[k - 1].items():
                ways[k][total + rank[v]] += count
    seen = sum(rank[v] for v in a)
    below = sum(n for total, n in ways[-1].items() if total <= seen)
    above = sum(n for total, n in ways[-1].items() if total >= seen)
    return min(1, 2 * min(below, above) / sum(ways[-1].values()))


def interval(a, b):
    """The interval of Moses by definition: all differences, and the distribution of U by SciPy."""
    differences = sorted(y - x for x, y in itertools.product(a, b))
    tail = (1 - CONFIDENCE) / 2
    if len(a) + len(b) <= EXACT:
        cdf = u_distribution(len(a), len(b))
        q = next(q for q, p in enumerate(cdf) if p >= tail)
    else:
        sigma = numpy.sqrt(len(a) * len(b) * (len(a) + len(b) + 1) / 12)
        q = max(0, int(len(a) * len(b) / 2 + stats.norm.ppf(tail) * sigma))
    return (differences[q - 1], differences[len(differences) - q]) if q else (None, None)


def u_distribution(m, n):
    """P(U <= u) for samples without ties, by the recurrence of Mann and Whitney (1947)."""
    table = collections.defaultdict(lambda: numpy.ones(1))
    for i in range(1, m + 1):
        for j in range(1, n + 1):
            width = i * j + 1
            without_largest = numpy.zeros(width)
            without_largest[:len(table[i, j - 1])] = table[i, j - 1]
            with_largest = numpy.zeros(width)
            with_largest[j:j + len(table[i - 1, j])] = table[i - 1, j]
            table[i, j] = (j * without_largest + i * with_largest) / (i + j)
    return numpy.cumsum(table[m, n])


def test_rank_test_of_small_samples(small, compared):
    tied = 0
    for (a, b), got in zip(small, compared(small)):
        assert got["p_of"] == "permutations"
        assert got["u"] == stats.mannwhitneyu(b, a).statistic
        if len(set(a + b)) == len(a + b):
            assert got["p"] == pytest.approx(stats.mannwhitneyu(a, b, method="exact").pvalue, rel=1e-9)
        elif len(a) + len(b) <= 30:
            assert got["p"] == pytest.approx(permutation_p(a, b), rel=1e-12)
            tied += 1
    assert 20 < tied < len(small) - 20


def test_permutations_with_ties_as_scipy_counts_them(compared):
    pairs = [(a, b) for a, b in samples(3, 60, 5) if len(a) > 1 and len(b) > 1]
    for (a, b), got in zip(pairs, compared(pairs)):
        def ranks_of(x, y):
            return stats.rankdata(numpy.concatenate([x, y]))[:len(x)].sum()
        want = stats.permutation_test((a, b), ranks_of, permutation_type="independent",
                                      alternative="two-sided", n_resamples=numpy.inf)
        assert got["p"] == pytest.approx(want.pvalue, rel=1e-9)


def test_rank_test_of_large_samples(large, compared):
    for (a, b), got in zip(large, compared(large)):
        normal = len(a) + len(b) > EXACT
        if got["exact"]:  # every value the same
            assert len(set(a)) == len(set(b)) == 1
            continue
        assert got["p_of"] == ("normal" if normal else "permutations")
        assert got["u"] == stats.mannwhitneyu(b, a).statistic
        if normal:
            want = stats.mannwhitneyu(a, b, method="asymptotic", use_continuity=True).pvalue
            assert got["p"] == pytest.approx(want, rel=1e-9)


def test_shift_and_interval(small, large, compared):
    pairs = small + large
    for (a, b), got in zip(pairs, compared(pairs)):
        differences = [y - x for x, y in itertools.product(a, b)]
        assert got["shift_ns"] == int(numpy.floor(numpy.median(differences) + 0.5))
        if not got["exact"]:
            assert (got["shift_lo_ns"], got["shift_hi_ns"]) == interval(a, b), (len(a), len(b))


def test_quantiles(small, large, compared):
    pairs = small + large
    names = {"min_ns": 0, "p25_ns": 25, "median_ns": 50, "p75_ns": 75, "p90_ns": 90, "p99_ns": 99,
             "max_ns": 100}
    for pair, got in zip(pairs, compared(pairs)):
        for values, side in zip(pair, (got["a"], got["b"])):
            for name, percent in names.items():
                want = numpy.percentile(numpy.array(values, dtype=float), percent, method="linear")
                assert abs(side[name] - want) <= 0.5 + 1e-6


def test_adjusted_p_is_holms(small, compared):
    """Over every test of the comparison, those of the shares among them."""
    cells = [c for c in compared(small) if not c["exact"]]
    tests = [t for c in cells for t in (c, c["noticed"], c["passed"])]
    order = sorted(range(len(tests)), key=lambda i: tests[i]["p"])
    least = 0
    for rank, i in enumerate(order):
        least = max(least, min(1, (len(tests) - rank) * tests[i]["p"]))
        assert tests[i]["p_adjusted"] == pytest.approx(least, rel=1e-12)


def test_shares_are_fishers(compared):
    rng = random.Random(4)
    pairs = [([rng.choice([None, 5]) for _ in range(rng.randint(1, 60))],
              [rng.choice([None, 5, 5, 5]) for _ in range(rng.randint(1, 60))]) for _ in range(100)]
    tested = 0
    for (a, b), got in zip(pairs, compared(pairs)):
        if got["exact"]:
            continue
        table = [[a.count(5), a.count(None)], [b.count(5), b.count(None)]]
        assert got["noticed"]["p"] == pytest.approx(stats.fisher_exact(table)[1], rel=1e-6)
        tested += 1
    assert tested > 50
