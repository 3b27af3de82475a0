"""Clusters by other packages with their defaults, as a user would: others.py kmeans|stepmix IMAGES.idx3.gz --k 10 --seed 1

Prints one JSON document with the score: nats per image of the Bernoulli mixture. That of k-means is the mixture that one
M-step makes of its clusters, with two average rows as bmm's prior has.
"""
import argparse, gzip, json, warnings
import numpy as np

warnings.filterwarnings("ignore")


def bits(path):
    raw = gzip.open(path, "rb").read()
    return (np.frombuffer(raw, np.uint8, offset=16).reshape(int.from_bytes(raw[4:8], "big"), -1) >= 128).astype(np.float32)


def kmeans(x, k, seed):
    from sklearn.cluster import KMeans
    labels = KMeans(n_clusters=k, random_state=seed).fit_predict(x)
    one_of = np.eye(k, dtype=np.float32)[labels]
    sizes = one_of.sum(0)
    means = (one_of.T @ x + 2 * x.mean(0)) / (sizes[:, None] + 2)
    # Pixels that are the same in every image are certain: they add nothing.
    varies = (x.min(0) < x.max(0))
    x, means = x[:, varies], means[:, varies]
    joint = x @ np.log(means).T + (1 - x) @ np.log1p(-means).T + np.log(sizes / len(x))
    top = joint.max(1)
    return float((np.log(np.exp(joint - top[:, None]).sum(1)) + top).astype(np.float64).mean())


def stepmix(x, k, seed):
    from stepmix.stepmix import StepMix
    model = StepMix(n_components=k, measurement="binary", random_state=seed, progress_bar=0, verbose=0)
    model.fit(x.astype(np.float64))
    return float(model.lower_bound_)


def main():
    a = argparse.ArgumentParser()
    a.add_argument("package", choices=("kmeans", "stepmix"))
    a.add_argument("images")
    a.add_argument("--k", type=int, default=10)
    a.add_argument("--seed", type=int, default=1)
    a = a.parse_args()
    fit = kmeans if a.package == "kmeans" else stepmix
    print(json.dumps({"score": fit(bits(a.images), a.k, a.seed)}))


main()
