import assert from "node:assert/strict";
import fc from "fast-check";
import { defragment, fragmentsOf, type NumaCluster, type NumaMove, type NumaVm } from "../../../../engine/planner/numa";

const CORES = 24;
const MEMORY = 96;
const PIECE = 16;

interface Wish {
  readonly host: number;
  readonly node: number;
  readonly span: number;
  readonly cpu: number;
  readonly memoryMb: number;
  readonly movable: boolean;
}

/** A cluster of hosts with two nodes each, on which as many of the wished VMs stand as fit. */
function clusterOf(hosts: number, wishes: readonly Wish[], closed: readonly boolean[]): NumaCluster {
  const free = Array.from({ length: hosts }, () => [0, 1].map(() => ({ freeCpu: CORES, freeMemoryMb: MEMORY })));
  const vms: NumaVm[] = [];
  for (const { host: wished, node, span, cpu, memoryMb, movable } of wishes) {
    const host = wished % hosts;
    const nodes = span === 2 ? [0, 1] : [node];
    if (nodes.some((q) => free[host][q].freeCpu < cpu || free[host][q].freeMemoryMb < memoryMb)) continue;
    for (const q of nodes) {
      free[host][q].freeCpu -= cpu;
      free[host][q].freeMemoryMb -= memoryMb;
    }
    vms.push({ id: `vm-${vms.length}`, host, nodes, cpu, memoryMb, movable });
  }
  return { hosts: free.map((nodes, h) => ({ id: `host-${h}`, nodes, open: !closed[h] })), vms };
}

const clusterArbitrary = (hosts: number, vms: number): fc.Arbitrary<NumaCluster> =>
  fc
    .tuple(
      fc.array(
        fc.record({
          host: fc.nat({ max: hosts - 1 }),
          node: fc.nat({ max: 1 }),
          span: fc.constantFrom(1, 1, 1, 2),
          cpu: fc.constantFrom(2, 4, 8, 12, 16),
          memoryMb: fc.constantFrom(4, 16, 32),
          movable: fc.constantFrom(true, true, true, false),
        }),
        { minLength: 1, maxLength: vms },
      ),
      fc.array(fc.constantFrom(false, false, false, true), { minLength: hosts, maxLength: hosts }),
    )
    .map(([wishes, closed]) => clusterOf(hosts, wishes, closed));

/** Every place that a VM could go to now, by a plain walk over the cluster. */
function places({ hosts, vms }: NumaCluster, v: number): { to: number; nodes: number[] }[] {
  const vm = vms[v];
  if (!vm.movable || !hosts[vm.host].open) return [];
  const choices = vm.nodes.length === 2 ? [[0, 1]] : [[0], [1]];
  return hosts.flatMap(({ nodes, open }, to) =>
    choices
      .filter((on) => open && on.every((q) => nodes[q].freeCpu >= vm.cpu && nodes[q].freeMemoryMb >= vm.memoryMb))
      .map((on) => ({ to, nodes: on })),
  );
}

/** The cluster after one move. */
function moved({ hosts, vms }: NumaCluster, v: number, to: number, nodes: readonly number[]): NumaCluster {
  const vm = vms[v];
  const shifted = hosts.map((host, h) => ({
    ...host,
    nodes: host.nodes.map(({ freeCpu, freeMemoryMb }, q) => {
      const times = Number(h === vm.host && vm.nodes.includes(q)) - Number(h === to && nodes.includes(q));
      return { freeCpu: freeCpu + times * vm.cpu, freeMemoryMb: freeMemoryMb + times * vm.memoryMb };
    }),
  }));
  return { hosts: shifted, vms: vms.map((item, i) => (i === v ? { ...item, host: to, nodes: [...nodes] } : item)) };
}

/** The fewest fragments within so many moves, by trying every sequence. */
function fewest(cluster: NumaCluster, moves: number): number {
  let least = fragmentsOf(cluster.hosts, PIECE).fragments;
  if (moves === 0) return least;
  cluster.vms.forEach((_, v) => {
    for (const { to, nodes } of places(cluster, v))
      least = Math.min(least, fewest(moved(cluster, v, to, nodes), moves - 1));
  });
  return least;
}

/** Carries the moves out; fails where one has no place when its turn comes. */
function carriedOut(cluster: NumaCluster, moves: readonly NumaMove[]): NumaCluster {
  return moves.reduce((now, { vm, from, to, nodes }) => {
    assert.equal(now.vms[vm].host, from);
    const place = places(now, vm).find((item) => item.to === to && item.nodes.join() === nodes.join());
    assert.ok(place, `vm ${vm} has no room on host ${to}`);
    return moved(now, vm, to, nodes);
  }, cluster);
}

/** Ends after so many questions: the same end on every machine. */
const after = (questions: number) => {
  let asked = 0;
  return () => ++asked > questions;
};

describe("defragment", () => {
  it("leaves as few fragments as every sequence of two moves tried out", () => {
    let gained = 0;
    fc.assert(
      fc.property(clusterArbitrary(3, 10), (cluster) => {
        const result = defragment(cluster, { piece: PIECE, maxMoves: 2, seed: 1, stop: after(2000) });
        assert.equal(result.after, fewest(cluster, 2));
        assert.ok(result.bound <= result.after);
        if (result.after < result.before) gained++;
      }),
      { numRuns: 80, seed: 3 },
    );
    assert.ok(gained > 20, `only ${gained} clusters could gain`);
  }).timeout(30_000);

  it("gives moves that fit in turn, none needless, and says what they leave", () => {
    fc.assert(
      fc.property(clusterArbitrary(8, 60), fc.integer({ min: 1, max: 12 }), (cluster, maxMoves) => {
        const result = defragment(cluster, { piece: PIECE, maxMoves, seed: 2, stop: after(300) });
        assert.ok(result.moves.length <= maxMoves);
        const { fragments, free } = fragmentsOf(carriedOut(cluster, result.moves).hosts, PIECE);
        assert.equal(result.after, fragments);
        assert.equal(result.free, free);
        assert.equal(result.before, fragmentsOf(cluster.hosts, PIECE).fragments);
        assert.equal(result.moves.length === 0, result.after === result.before);
      }),
      { numRuns: 60, seed: 4 },
    );
  }).timeout(30_000);

  it("stopped after no more questions than it has moves, has an answer wherever one move gains", () => {
    let answers = 0;
    fc.assert(
      fc.property(clusterArbitrary(5, 25), fc.integer({ min: 1, max: 4 }), (cluster, maxMoves) => {
        const result = defragment(cluster, { piece: PIECE, maxMoves, seed: 1, stop: after(maxMoves) });
        assert.equal(fragmentsOf(carriedOut(cluster, result.moves).hosts, PIECE).fragments, result.after);
        if (fewest(cluster, 1) === result.before) return;
        assert.ok(result.moves.length > 0 && result.after <= fewest(cluster, 1));
        answers++;
      }),
      { numRuns: 80, seed: 5 },
    );
    assert.ok(answers > 20, `only ${answers} clusters could gain`);
  });

  it("gives the same moves for the same seed", () => {
    const [cluster] = fc.sample(clusterArbitrary(10, 80), { numRuns: 1, seed: 9 });
    const run = () => defragment(cluster, { piece: PIECE, maxMoves: 10, seed: 3, stop: after(500) });
    assert.deepEqual(run(), run());
  });

  it("keeps apart what must be", () => {
    const node = (freeCpu: number) => ({ freeCpu, freeMemoryMb: 100 });
    const cluster: NumaCluster = {
      hosts: [
        { id: "a", nodes: [node(12)], open: true },
        { id: "b", nodes: [node(4)], open: true },
      ],
      vms: [
        { id: "four", host: 0, nodes: [0], cpu: 4, memoryMb: 1, movable: true },
        { id: "other", host: 1, nodes: [0], cpu: 12, memoryMb: 1, movable: false },
      ],
    };
    const options = { piece: PIECE, maxMoves: 3, seed: 1, stop: after(100) };
    const free = defragment(cluster, options);
    assert.deepEqual(free.moves, [{ vm: 0, from: 0, to: 1, nodes: [0] }]);
    assert.equal(free.after, 0);
    assert.deepEqual(defragment({ ...cluster, apart: [[0, 1]] }, options).moves, []);
  });
});
