"""Wide and sparse data of known kinds, of which most features are the same in every row, or nearly.

Nothing but Python is needed, and a seed gives the same rows everywhere.
"""

import gzip
import random
import struct


def zipf(n, exponent, start=1):
    return [1 / (rank + start) ** exponent for rank in range(n)]


def write_idx(path, rows, n_features):
    """Rows, each a set of the features that are one, as IDX of zeros and ones."""
    with open(path, "wb") as file:
        file.write(struct.pack(">4B2I", 0, 0, 8, 2, len(rows), n_features))
        for ones in rows:
            row = bytearray(n_features)
            for feature in ones:
                row[feature] = 1
            file.write(row)


def shapes(draw, sheet):
    """60 pictures of three shapes with 5 % noise, in the middle of a blank sheet of this size."""
    is_one = [lambda y, x: 5 <= y <= 6, lambda y, x: 5 <= x <= 6, lambda y, x: abs(y - x) <= 1]
    margin = (sheet - 12) // 2
    rows, kinds = [], []
    for i in range(60):
        inner = [(y, x) for y in range(12) for x in range(12) if is_one[i % 3](y, x) != (draw.random() < 0.05)]
        rows.append({(y + margin) * sheet + x + margin for y, x in inner})
        kinds.append(i % 3)
    return rows, kinds, sheet * sheet


def digits(data, sheet):
    """The first 1,000 digits of MNIST in the middle of a blank sheet of this size."""
    with gzip.open(data / "mnist/train-images-idx3-ubyte.gz") as file:
        pixels = file.read(16 + 1000 * 784)[16:]
    with gzip.open(data / "mnist/train-labels-idx1-ubyte.gz") as file:
        labels = list(file.read(8 + 1000)[8:])
    margin = (sheet - 28) // 2
    places = [(y + margin) * sheet + x + margin for y in range(28) for x in range(28)]
    rows = [{place for p, place in enumerate(places) if pixels[i * 784 + p] >= 128} for i in range(1000)]
    return rows, labels, sheet * sheet


def baskets(draw):
    """4,000 baskets of four kinds of shopper among 8,000 articles, of which 5,500 are never bought."""
    n_sold, popularity = 2500, zipf(2500, 1.1)
    favourite_of = [draw.randrange(4) for _ in range(n_sold)]
    articles = draw.sample(range(8000), n_sold)
    weights = [[p * (30 if favourite_of[i] == kind else 1) for i, p in enumerate(popularity)] for kind in range(4)]
    rows, kinds = [], []
    for _ in range(4000):
        kind = draw.randrange(4)
        size = max(3, round(draw.gauss(16, 4)))
        rows.append(set(draw.choices(articles, weights[kind], k=size)))
        kinds.append(kind)
    return rows, kinds, 8000


def genomes(draw, clade, mixed, absent, once):
    """36 genomes of three clades: 2,000 genes that all have, `clade` genes for each clade, of which
    the share `mixed` is on the wrong side, 1,500 genes of no clade, `absent` genes that none has, and
    `once` genes that one has.
    """
    n, n_core, n_free = 36, 2000, 1500
    rows = [set(range(n_core)) for _ in range(n)]
    at = n_core
    for kind in range(3):
        for gene in range(at, at + clade):
            for i in range(n):
                if (i % 3 == kind) != (draw.random() < mixed):
                    rows[i].add(gene)
        at += clade
    for gene in range(at, at + n_free):
        rate = draw.random() / 2
        for i in range(n):
            if draw.random() < rate:
                rows[i].add(gene)
    at += n_free
    for gene in range(at, at + once):
        rows[draw.randrange(n)].add(gene)
    return rows, [i % 3 for i in range(n)], at + once + absent


def texts(draw, n, length, strength):
    """Texts of five topics over 15,000 words. A word is `strength` times as likely in its topic."""
    popularity = zipf(15000, 1.05)
    topic_of = [draw.randrange(5) for _ in popularity]
    weights = [[p * (strength if topic_of[i] == topic else 1) for i, p in enumerate(popularity)] for topic in range(5)]
    words = range(15000)
    rows = [set(draw.choices(words, weights[i % 5], k=max(20, round(draw.gauss(length, length / 8))))) for i in range(n)]
    return rows, [i % 5 for i in range(n)], 15000


# Name, K, and how to make it from a generator and the folder with MNIST.
KINDS = [
    ("shapes, 12 x 12", 3, lambda draw, _: shapes(draw, 12)),
    ("shapes on a sheet of 64 x 64", 3, lambda draw, _: shapes(draw, 64)),
    ("1,000 digits, 28 x 28", 10, lambda _, data: digits(data, 28)),
    ("1,000 digits on a sheet of 100 x 100", 10, lambda _, data: digits(data, 100)),
    ("baskets", 4, lambda draw, _: baskets(draw)),
    ("genomes", 3, lambda draw, _: genomes(draw, 300, 0.1, 30000, 0)),
    ("genomes, weak clades", 3, lambda draw, _: genomes(draw, 60, 0.2, 30000, 0)),
    ("genomes, 1,000 genes seen once", 3, lambda draw, _: genomes(draw, 300, 0.1, 10000, 1000)),
    ("genomes, 5,000 genes seen once", 3, lambda draw, _: genomes(draw, 300, 0.1, 10000, 5000)),
    ("genomes, 20,000 genes seen once", 3, lambda draw, _: genomes(draw, 300, 0.1, 10000, 20000)),
    ("texts", 5, lambda draw, _: texts(draw, 600, 80, 8)),
    ("short texts", 5, lambda draw, _: texts(draw, 1500, 40, 15)),
]


def make(name, folder, data):
    """Writes `rows.idx` and `labels.txt` into `folder`; `data` has MNIST. Returns K, N, D and the numbers of features that are the
    same in every row, and that one row has.
    """
    draw = random.Random("wide")
    n_components, generate = next((k, generate) for kind, k, generate in KINDS if kind == name)
    rows, kinds, n_features = generate(draw, data)
    write_idx(folder / "rows.idx", rows, n_features)
    (folder / "labels.txt").write_text("".join(f"{kind}\n" for kind in kinds))
    counts = [0] * n_features
    for ones in rows:
        for feature in ones:
            counts[feature] += 1
    n_constant = sum(count in (0, len(rows)) for count in counts)
    return n_components, len(rows), n_features, n_constant, counts.count(1)
