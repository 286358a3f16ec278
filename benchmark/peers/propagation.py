"""cynetdiff, one thread, on the graphs of the benchmark: runs per second from node 0, and from every source in turn.

Usage: propagation.py graphs FOLDER          writes FOLDER/NODES.json, [from, to, probability] for each edge
       propagation.py measure FOLDER SECONDS  measures each of them for about so long
"""

import json
import random
import sys
import time
from pathlib import Path

SIZES = ((200, 1000), (1000, 5000), (10000, 50000))


def make(nodes, edges, seed=1):
    """A directed graph: distinct edges at random, probabilities uniform in .05 to .35."""
    source = random.Random(seed)
    graph = {}
    while len(graph) < edges:
        a, b = source.randrange(nodes), source.randrange(nodes)
        if a != b:
            graph[a, b] = source.uniform(0.05, 0.35)
    return [[a, b, p] for (a, b), p in graph.items()]


def rate(step, seconds):
    """Steps per second and per second of CPU, in batches until the time is up; `step(n)` does n of them."""
    count, batch, start, cpu = 0, 1, time.perf_counter(), time.process_time()
    while (spent := time.perf_counter() - start) < seconds:
        step(batch)
        count += batch
        batch = min(2 * batch, 10000)
    return count / spent, count / (time.process_time() - cpu)


def measure(folder, seconds):
    import networkx as nx
    import numpy as np
    from cynetdiff.utils import networkx_to_ic_model

    figures = {f"{what}Per{unit}": {} for what in ("runs", "allSources") for unit in ("Second", "CpuSecond")}
    for nodes, _ in SIZES:
        graph = nx.DiGraph()
        graph.add_nodes_from(range(nodes))
        for a, b, p in json.loads((folder / f"{nodes}.json").read_text()):
            graph.add_edge(a, b, activation_prob=p)
        model, _ = networkx_to_ic_model(graph, rng=np.random.default_rng(0))
        model.set_seeds([0])

        def run(count):
            for _ in range(count):
                model.reset_model()
                model.advance_until_completion()
                model.get_num_activated_nodes()

        source = 0

        def run_sources(count):
            nonlocal source
            for _ in range(count):
                model.set_seeds([source])
                run(10)
                source = (source + 1) % nodes

        for what, step, runs in (("runs", run, 1), ("allSources", run_sources, 10)):
            wall, cpu = rate(step, seconds)
            figures[f"{what}PerSecond"][nodes] = round(runs * wall)
            figures[f"{what}PerCpuSecond"][nodes] = round(runs * cpu)
    return {**figures, "peer": "cynetdiff, one thread"}


if __name__ == "__main__":
    target = Path(sys.argv[2])
    if sys.argv[1] == "graphs":
        for size in SIZES:
            (target / f"{size[0]}.json").write_text(json.dumps(make(*size)))
        print(json.dumps({"graphs": len(SIZES)}))
    else:
        print(json.dumps(measure(target, float(sys.argv[3]))))
