"""LightGBM on pairs of hosts: P(j fails within the window | i fails now), the figures to beat for
benchmark/failures-correlated.ts, on the same events (ties in the same order), the same training and test events.

usage: failures-correlated.py EVENTS.json
EVENTS.json: hosts [{group, site, number}], host [], hours [], until [] (hours), train [], test [] (indices), window (hours)
"""
import json
import sys
import time
import warnings

import lightgbm as lgb
import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

warnings.filterwarnings("ignore")


def main(path):
    data = json.load(open(path))
    hosts = data["hosts"]
    codes = lambda key: np.unique([h[key] for h in hosts], return_inverse=True)[1]
    cl, site, num = codes("group"), codes("site"), np.array([h["number"] for h in hosts])
    N, I, H, E, W = len(hosts), np.array(data["host"]), np.array(data["hours"]), np.array(data["until"]), data["window"]
    size, sites = np.bincount(cl), np.bincount(site)

    def build(events, share, rng):
        X, Y = [], []
        for k in events:
            t, i = H[k], I[k]
            a = np.searchsorted(H, [t - 720, t - 168, t - 24, t - 1, t - 1 / 6])
            c = [np.bincount(I[x:k], minlength=N) for x in a]
            y = np.zeros(N, bool)
            y[I[k + 1 : np.searchsorted(H, t + W, "right")]] = 1
            last = np.full(N, 2000.0)
            recent = slice(max(0, k - 20000), k)
            last[I[recent]] = np.minimum(t - H[recent], 2000)
            down = np.zeros(N, bool)
            a2 = np.searchsorted(H, t - 2000)
            down[I[a2:k][E[a2:k] > t]] = 1
            own = np.where(I[a[0] : k] == i)[0] + a[0]
            followed = np.zeros(N)
            for q in own[-30:]:
                to, frm = np.searchsorted(H, H[q] + W, "right"), np.searchsorted(H, H[q] - W)
                followed[np.unique(I[frm : min(to, k)])] += 1
            followed /= max(len(own[-30:]), 1)
            sc, ss = cl == cl[i], site == site[i]
            of_group = [np.bincount(cl, weights=(x > 0)) / size for x in c[1:]]
            of_site = np.bincount(site, weights=(c[3] > 0)) / sites
            group_down = np.bincount(cl, weights=down) / size
            f = np.c_[sc, ss, np.abs(num - num[i]) * sc + 999 * (~sc), c[0], c[1], c[2], c[3], c[4], last, down, followed,
                      np.full(N, len(own)), np.array([x[cl] for x in of_group]).T,
                      np.array([np.full(N, x[cl[i]]) for x in of_group]).T, of_site[site], np.full(N, of_site[site[i]]),
                      group_down[cl], np.full(N, (t + 12) % 24), np.full(N, int(t / 24) % 7)]
            m = np.ones(N, bool)
            m[i] = 0
            if share < 1:
                m &= y | (rng.random(N) < share)
            X.append(f[m].astype(np.float32))
            Y.append(y[m])
        return np.vstack(X), np.concatenate(Y)

    Xt, Yt = build(data["train"], 0.1, np.random.default_rng(0))
    Xe, Ye = build(data["test"], 1, None)
    model = lgb.LGBMClassifier(n_estimators=300, learning_rate=0.04, num_leaves=31, min_child_samples=200, reg_lambda=10,
                               subsample=0.7, subsample_freq=1, colsample_bytree=0.8, verbosity=-1, n_jobs=2, random_state=0)
    model.fit(Xt, Yt, sample_weight=np.where(Yt, 1.0, 10.0))
    start = time.perf_counter()
    p = np.clip(model.predict_proba(Xe)[:, 1], 1e-6, 1 - 1e-6)
    seconds = time.perf_counter() - start
    b = Ye.mean()
    constant = -(b * np.log(b) + (1 - b) * np.log(1 - b))
    loss = -(np.log(p[Ye]).sum() + np.log(1 - p[~Ye]).sum()) / len(Ye)
    bins = np.minimum((p * 10).astype(int), 9)
    ece = sum(abs(Ye[bins == k].mean() - p[bins == k].mean()) * (bins == k).mean() for k in range(10) if (bins == k).any())
    print(json.dumps({"model": "LightGBM", "ap": average_precision_score(Ye, p), "auc": roc_auc_score(Ye, p),
                      "skill": 1 - loss / constant, "ece": ece, "pairsPerSecond": round(len(Ye) / seconds),
                      "pairs": len(Ye), "followed": int(Ye.sum()), "threads": 2}))


if __name__ == "__main__":
    main(sys.argv[1])
