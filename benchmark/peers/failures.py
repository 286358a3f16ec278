"""LightGBM on failures of hosts (LANL systems), the figures to beat for benchmark/failures.ts.

Features of one host and day: its failures over 1 to 180 days, time since the last, its rate since the start, those of the
system, of its rack (32 neighbours by number) and of its 8 neighbours, an average with a decay of 7 days, the host itself
and the weekday. Split: the first 70 % of the days train, less those whose outcome reaches into the rest.

usage: failures.py CSV SYSTEM[,SYSTEM] HORIZON[,HORIZON] [--walk-forward DAYS]
With --walk-forward the model is trained anew every DAYS days within the test period, on what had happened by then.
"""
import json
import sys
import warnings

import lightgbm as lgb
import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

warnings.filterwarnings("ignore")
SPLIT = 0.7


def failures(path, system):
    table = pd.read_csv(path, low_memory=False)
    table["t"] = pd.to_datetime(table["Prob Started"], errors="coerce", format="mixed")
    table = table[table.System == system].dropna(subset=["t"]).sort_values("t")
    start = table.t.min().normalize()
    day = ((table.t - start).dt.total_seconds() / 86400).astype(int).values
    nodes = np.sort(table.nodenumz.unique())
    row = np.searchsorted(nodes, table.nodenumz.values)
    count = np.zeros((day.max() + 1, len(nodes)))
    np.add.at(count, (day, row), 1)
    return nodes, count


def rows(nodes, count, horizon):
    failed = (count > 0).astype(float)
    last_day, hosts = failed.shape[0] - 1, len(nodes)
    total = np.vstack([np.zeros(hosts), np.cumsum(failed, 0)])
    window = lambda t, w: total[t] - total[max(0, t - w)]
    rack = np.array([int(n) // 32 for n in nodes])
    last = np.full(hosts, -999.0)
    since = np.full((last_day + 2, hosts), -999.0)
    for t in range(last_day + 1):
        since[t] = last
        last = np.where(failed[t] > 0, t, last)
    since[last_day + 1] = last
    days = np.arange(60, last_day - horizon + 1, max(1, horizon // 2) if horizon > 1 else 1)
    X, Y, T = [], [], []
    for t in days:
        w = [window(t, k) for k in (1, 3, 7, 14, 30, 90, 180)]
        of_system, of_rack, of_neighbours = [], [], []
        for x in (w[0], w[2], w[4]):
            of_system.append(np.full(hosts, x.sum()))
            of_rack.append(np.bincount(rack, weights=x, minlength=rack.max() + 1)[rack] - x)
            p = np.pad(x, 4)
            of_neighbours.append(sum(p[4 + k : 4 + k + hosts] for k in (-4, -3, -2, -1, 1, 2, 3, 4)))
        decayed = sum(np.exp(-k / 7.0) * failed[t - 1 - k] for k in range(60))
        own = np.array(w).T
        since_last = (t - since[t]).clip(0, 400)
        X.append(np.c_[own, since_last, total[t] / max(t, 1), np.array(of_system).T, np.array(of_rack).T, np.array(of_neighbours).T, decayed, np.arange(hosts)])
        Y.append((total[min(t + horizon, last_day + 1)] - total[t] > 0).astype(int))
        T.append(np.full(hosts, t))
    return days, np.vstack(X), np.concatenate(Y), np.concatenate(T)


def fit(X, Y):
    model = lgb.LGBMClassifier(n_estimators=200, learning_rate=0.03, num_leaves=15, min_child_samples=200, subsample=0.8,
                               subsample_freq=1, colsample_bytree=0.7, reg_lambda=10, verbosity=-1, n_jobs=2, random_state=0)
    return model.fit(X, Y)


def main(path, systems, horizons, every):
    tasks = []
    for system in systems:
        nodes, count = failures(path, system)
        for horizon in horizons:
            days, X, Y, T = rows(nodes, count, horizon)
            cut = days[int(len(days) * SPLIT)]
            train, test = T < cut - horizon, T >= cut
            p = fit(X[train], Y[train]).predict_proba(X[test])[:, 1]
            base = np.full(test.sum(), Y[train].mean())
            figures = lambda p: {
                "bss": 1 - brier_score_loss(Y[test], p) / brier_score_loss(Y[test], base),
                "ap": average_precision_score(Y[test], p),
                "auc": roc_auc_score(Y[test], p),
            }
            task = {"system": system, "horizonDays": horizon, "rows": int(test.sum()), "failed": int(Y[test].sum()),
                    "baseRate": float(Y[train].mean()), **figures(p)}
            if every:
                walked = np.empty(test.sum())
                for start in range(cut, int(days[-1]) + 1, every):
                    known, now = T < start - horizon, (T >= start) & (T < start + every)
                    if now.any():
                        walked[now[test]] = fit(X[known], Y[known]).predict_proba(X[now])[:, 1]
                task["walkForward"] = figures(walked)
            tasks.append(task)
            print(task, file=sys.stderr, flush=True)
    mean = lambda pick: float(np.mean([pick(t) for t in tasks]))
    result = {"model": "LightGBM", "bss": mean(lambda t: t["bss"]), "ap": mean(lambda t: t["ap"]), "tasks": tasks}
    if every:
        result["walkForward"] = {k: mean(lambda t: t["walkForward"][k]) for k in ("bss", "ap")}
    print(json.dumps(result))


if __name__ == "__main__":
    every = int(sys.argv[sys.argv.index("--walk-forward") + 1]) if "--walk-forward" in sys.argv else 0
    main(sys.argv[1], [int(s) for s in sys.argv[2].split(",")], [int(h) for h in sys.argv[3].split(",")], every)
