"""Peers of the benchmark `forecast`, on the same windows: Fracast-0 (pre-trained, zero-shot), LightGBM (direct global
quantile regression) and the seasonal naive. Last line: the best peer's figures by MASE, and those of all under `peers`."""
import json
import sys
import time
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
H, C, M = 48, 2016, 288
Q = np.arange(1, 10) / 10
Z = np.array([-1.2815515655, -0.8416212336, -0.5244005127, -0.2533471031, 0.0])
Z = np.r_[Z, -Z[3::-1]]


def load(path):
    table = pd.read_parquet(path)
    table["t"] = table.timestamp.dt.floor("5min")
    series = {}
    for name, group in table.groupby("id"):
        usage = group.groupby("t").cpu_usage.mean().resample("5min").mean()
        if len(usage) >= 8 * M and usage.isna().mean() < 0.25:
            series[name] = usage.ffill().values.astype(float)
    return series


def windows(series):
    found = []
    for name, y in series.items():
        for k in range(6):
            e = len(y) - H - k * 144
            if e - C < 0:
                break
            context, target = y[e - C : e], y[e : e + H]
            naive = np.abs(context[M:] - context[:-M]).mean()
            if naive >= 1e-6 and np.abs(target).sum() >= 1e-6:
                found.append((name, context, target, naive))
    return found


def score(tasks, forecasts, seconds):
    mase, loss, volume, covered = [], 0.0, 0.0, []
    for (_, _, y, naive), f in zip(tasks, forecasts):
        f = np.maximum(f, 0)
        mase.append(np.abs(y - f[:, 4]).mean() / naive)
        loss += sum(2 * np.maximum(q * (y - f[:, j]), (q - 1) * (y - f[:, j])).sum() for j, q in enumerate(Q)) / 9
        volume += np.abs(y).sum()
        covered.append(((y >= f[:, 0]) & (y <= f[:, 8])).mean())
    figures = {"mase": np.mean(mase), "wql": loss / volume, "coverage80": np.mean(covered)}
    figures["msPerSeries"] = 1000 * seconds / len(tasks)
    return {key: round(float(value), 4) for key, value in figures.items()}


def seasonal_naive(series, tasks):
    def one(c):
        return c[-M:][:H, None] + np.std(c[M:] - c[:-M]) * Z[None, :]

    since = time.time()
    forecasts = [one(c) for _, c, _, _ in tasks]
    return score(tasks, forecasts, time.time() - since)


def fracast(series, tasks):
    import fracast as package
    import torch

    torch.set_num_threads(2)
    model = package.FracastModel.from_pretrained(device="cpu", weights="fp32")
    x = np.stack([c for _, c, _, _ in tasks]).astype("float32")
    since, forecasts = time.time(), []
    for k in range(0, len(x), 64):
        forecasts += list(np.asarray(model.forecast(x[k : k + 64])))
    return score(tasks, forecasts, time.time() - since)


def features(c, h):
    days = [c[-M * k + h] for k in range(1, 8)]
    day = c[-M:]
    near = [c[-1], c[-2], c[-3], c[-6], c[-12:].mean(), c[-12:].std(), c[-48:].mean(), c[-48:].std()]
    far = [day.mean(), day.std(), day.max(), c[-2016:].mean(), c[-M + h], c[-2 * M + h], c[-2016 + h]]
    return near + far + [np.mean(days), np.median(days), np.quantile(day, 0.9), h]


def lightgbm(series, tasks):
    import lightgbm as lgb

    rows, targets, rng = [], [], np.random.default_rng(0)
    for y in series.values():
        end = len(y) - H - 6 * 144
        for e in rng.integers(C, max(C + 1, end - H), 120):
            if e + H > end:
                continue
            c = y[e - C : e]
            scale = c.mean() + 1e-6
            for h in rng.integers(0, H, 6):
                f = np.array(features(c, h))
                f[:-1] /= scale
                rows.append(np.r_[f, np.log(scale)])
                targets.append(y[e + h] / scale)
    x, t = np.array(rows), np.array(targets)
    common = {"objective": "quantile", "verbosity": -1, "num_threads": 2, "learning_rate": 0.05}
    common |= {"num_leaves": 31, "min_data_in_leaf": 40}
    models = [lgb.train({**common, "alpha": q}, lgb.Dataset(x, t), 200) for q in Q]
    since, rows, scales = time.time(), [], []
    for _, c, _, _ in tasks:
        scale = c.mean() + 1e-6
        f = np.array([features(c, h) for h in range(H)])
        f[:, :-1] /= scale
        rows.append(np.c_[f, np.full(H, np.log(scale))])
        scales.append(scale)
    predicted = np.sort(np.stack([m.predict(np.concatenate(rows)) for m in models], 1), 1)
    forecasts = predicted.reshape(len(tasks), H, len(Q)) * np.array(scales)[:, None, None]
    return score(tasks, forecasts, time.time() - since)


def main():
    series = load(sys.argv[1])
    tasks = windows(series)
    peers = {}
    for peer in (seasonal_naive, lightgbm, fracast):
        try:
            peers[peer.__name__] = peer(series, tasks)
        except Exception as error:  # a package that can't load is said, the others still run
            peers[peer.__name__] = {"notRun": f"{type(error).__name__}: {error}"}
    ran = {name: figures for name, figures in peers.items() if "mase" in figures}
    best = min(ran, key=lambda name: ran[name]["mase"])
    print(json.dumps({"name": best, **ran[best], "peers": peers}))


main()
