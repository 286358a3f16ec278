"""LightGBM on additive biases and ALS, on the pairs of Gavel's co-location measurements, half or four fifths hidden.

Usage: interference.py DATA MASKS   DATA: JSON {set: {"lost"..}} as the benchmark wrote it; MASKS: file to write
A mask hides a pair both ways round; numpy's default_rng makes them, so that both sides of the comparison hide the same.
"""

import json
import sys
import warnings
from pathlib import Path

import lightgbm as lgb
import numpy as np

warnings.filterwarnings("ignore")
HIDDEN = {"50": 0.5, "80": 0.8}
SEEDS = 5


def visible(n, hidden, seed):
    draw = np.random.default_rng(seed).random((n, n))
    return np.triu(draw) + np.triu(draw, 1).T > hidden


def biases(share, train):
    mean = share[train].mean()
    row = np.array([(r[t] - mean).sum() / (t.sum() + 1) for r, t in zip(share, train)])
    rest = share - mean - row[:, None]
    column = np.array([r[t].sum() / (t.sum() + 1) for r, t in zip(rest.T, train.T)])
    return row, column


def lightgbm(share, alone, train):
    row, column = biases(share, train)
    scale = np.log(alone + 1e-9)
    a, b = np.indices(share.shape).reshape(2, -1)
    features = np.c_[row[a], column[a], row[b], column[b], scale[a], scale[b], a, b]
    seen = train.ravel()
    model = lgb.LGBMRegressor(
        n_estimators=200, learning_rate=0.05, num_leaves=15, min_child_samples=5, verbosity=-1, n_jobs=2
    )
    model.fit(features[seen], share.ravel()[seen])
    return model.predict(features).reshape(share.shape)


def als(share, train, rank=4, ridge=0.3, rounds=60, seed=0):
    rng = np.random.default_rng(seed)
    n = len(share)
    mean = share[train].mean()
    row, column = np.zeros(n), np.zeros(n)
    left, right = rng.normal(0, 0.1, (n, rank)), rng.normal(0, 0.1, (n, rank))

    def shrunk(rest, seen):
        return np.array([r[s].sum() / (s.sum() + ridge) for r, s in zip(rest, seen)])

    def ridge_rows(rest, factors, seen, old):
        eye = ridge * np.eye(rank)
        return np.array(
            [
                np.linalg.solve(factors[s].T @ factors[s] + eye, factors[s].T @ r[s]) if s.any() else o
                for r, s, o in zip(rest, seen, old)
            ]
        )

    for _ in range(rounds):
        row = shrunk(share - mean - column[None] - left @ right.T, train)
        column = shrunk((share - mean - row[:, None] - left @ right.T).T, train.T)
        rest = share - mean - row[:, None] - column[None]
        left = ridge_rows(rest, right, train, left)
        right = ridge_rows(rest.T, left, train.T, right)
    return mean + row[:, None] + column[None] + left @ right.T


def main():
    sets = json.loads(Path(sys.argv[1]).read_text())
    masks, figures = {}, {}
    for name, data in sets.items():
        share = np.array([[np.nan if v is None else v for v in r] for r in data["share"]], dtype=float)
        alone = np.array(data["alone"], dtype=float)
        known = ~np.isnan(share)
        filled = np.nan_to_num(share)
        for hidden, part in HIDDEN.items():
            errors = {"lightgbm": [], "als": []}
            masks.setdefault(name, {})[hidden] = []
            for seed in range(SEEDS):
                train = known & visible(len(share), part, seed)
                masks[name][hidden].append(train.astype(int).tolist())
                test = known & ~train
                for peer, guess in (("lightgbm", lightgbm(filled, alone, train)), ("als", als(filled, train, seed=seed))):
                    errors[peer].append(np.abs(np.clip(guess, 0, 1.2) - filled)[test].mean())
            for peer, list_ in errors.items():
                figures.setdefault(name, {}).setdefault(peer, {})[f"mae{hidden}"] = round(float(np.mean(list_)), 4)
    Path(sys.argv[2]).write_text(json.dumps(masks))
    print(json.dumps({"sets": figures}))


main()
