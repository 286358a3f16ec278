"""LightGBM on counts, decayed rates, times of day and an idle-time hazard of process starts (HUJI pacct log).

The same entities, windows, split and scores as benchmark/requests.ts. The last line is one JSON object.
"""
import argparse, glob, json, lzma, os, re

import lightgbm as lgb
import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

LINE = re.compile(r"^(\S+)\s+(?:[SFDXC]+\s+)?(\S+)\s+(\S+)\s+([\d.]+) secs (\w{3}) (\w{3})\s+(\d+) (\d\d):(\d\d)")


def read(folder):
    path = sorted(p for p in glob.glob(os.path.join(folder, "huji-pacct", "*")) if "proc" in os.path.basename(p))[0]
    with open(path, "rb") as raw:
        packed = raw.read(6) == b"\xfd7zXZ\x00"
    rows = []
    with (lzma.open if packed else open)(path, "rt", errors="replace") as lines:
        for line in lines:
            m = LINE.match(line)
            if m:
                rows.append((m[1], m[2], m[6], m[7], m[8], m[9]))
    d = pd.DataFrame(rows, columns="cmd user mon day hh mm".split())
    d["t"] = pd.to_datetime("1998 " + d.mon + " " + d.day + " " + d.hh + ":" + d.mm, format="%Y %b %d %H:%M")
    d = d[d.user != "root"].sort_values("t")
    d["w"] = ((d.t - d.t.min().floor("D")).dt.total_seconds() // 300).astype(int)
    return d


def measure(d, keys, least):
    first = d.w.min()
    a = d.assign(w=d.w - first).groupby(keys + ["w"]).size().reset_index()
    T = a.w.max() + 1
    a["k"] = pd.factorize(a[keys].astype(str).agg("|".join, axis=1))[0]
    counts = a.groupby("k").size()
    kept = {k: i for i, k in enumerate(counts[counts >= least].index)}
    a = a[a.k.isin(kept)]
    N = len(kept)
    Y = np.zeros((N, T), bool)
    Y[a.k.map(kept), a.w] = 1
    cut = int(T * 0.69)
    cs = np.concatenate([np.zeros((N, 1)), np.cumsum(Y, 1)], 1)
    win = lambda t, k: cs[:, t] - cs[:, max(0, t - k)]
    last, prev = np.full(N, -5000), np.full(N, -9000)
    g, gs, eh, es = np.zeros(600), np.zeros(600), np.zeros((N, 300)), np.zeros((N, 300))
    ew, dec, todc = np.zeros((N, 3)), np.exp(-1 / np.array([3.0, 24, 288])), np.zeros((N, 288))
    X, Z, TT = [], [], []
    for t in range(T):
        tod = (t + first) % 288
        idle = np.minimum(t - 1 - last, 299)
        if t >= 576:
            hazard = (eh[np.arange(N), idle] + 8 * (g[idle] / np.maximum(gs[idle], 1))) / (es[np.arange(N), idle] + 8)
            days = t // 288
            near = lambda b: todc[:, (tod + np.arange(-b, b + 1)) % 288].sum(1) / (2 * b + 1) / max(days, 1)
            X.append(
                np.c_[
                    t - 1 - last, last - prev, win(t, 1), win(t, 3), win(t, 6), win(t, 12), win(t, 36), win(t, 288),
                    win(t, 2016), cs[:, t] / t, ew, near(1), near(6), near(18), Y[:, t - 288], Y[:, t - 287],
                    Y[:, t - 576], hazard, np.full(N, tod), np.full(N, (t + first) // 288 % 7),
                    np.full(N, Y[:, t - 1].sum()), np.full(N, win(t, 12).sum()),
                ]
            )  # fmt: skip
            Z.append(Y[:, t])
            TT.append(np.full(N, t))
        y = Y[:, t]
        np.add.at(gs, idle, 1)
        np.add.at(g, idle[y], 1)
        es[np.arange(N), idle] += 1
        eh[np.arange(N)[y], idle[y]] += 1
        ew = ew * dec + y[:, None] * (1 - dec)
        todc[:, tod] += y
        prev, last = np.where(y, last, prev), np.where(y, t, last)
    X, Z, TT = np.vstack(X).astype("float32"), np.concatenate(Z), np.concatenate(TT)
    train, test = TT < cut, TT >= cut
    model = lgb.LGBMClassifier(
        n_estimators=400, learning_rate=0.03, num_leaves=31, min_child_samples=300, reg_lambda=10, subsample=0.8,
        subsample_freq=1, colsample_bytree=0.7, verbosity=-1, n_jobs=2, random_state=0,
    ).fit(X[train], Z[train])  # fmt: skip
    p, z = model.predict_proba(X[test])[:, 1], Z[test]
    constant = brier_score_loss(z, np.full(len(z), Z[train].mean()))
    prepared = (X[test][:, 0] < 2).sum()
    ready = p >= np.partition(p, -prepared)[-prepared]
    return {
        "bss": 1 - brier_score_loss(z, p) / constant,
        "auc": roc_auc_score(z, p),
        "ap": average_precision_score(z, p),
        "coldShare": 1 - (ready & z).sum() / z.sum(),
        "wasted": (ready & ~z).sum() / z.sum(),
        "entities": N,
        "testRows": int(test.sum()),
    }


parser = argparse.ArgumentParser()
parser.add_argument("--data", required=True)
d = read(parser.parse_args().data)
users, pairs = measure(d, ["user"], 40), measure(d, ["user", "cmd"], 30)
print(
    json.dumps(
        {
            "peer": f"LightGBM {lgb.__version__}",
            "bssUsers": users["bss"],
            "bssUserApps": pairs["bss"],
            "coldShare": users["coldShare"],
            "wasted": users["wasted"],
            "users": users,
            "userApps": pairs,
        }
    )
)
