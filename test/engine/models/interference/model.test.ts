import assert from "node:assert/strict";
import type { AffinityError } from "../../../../engine/errors";
import {
  ADDITIVE,
  type HostInterval,
  type LoadedVm,
  MOST_KINDS,
  OTHER_FAMILY,
  affinity,
  conflicts,
  explainInterference,
  fitInterference,
  healthIndex,
  kindOf,
  kindsOf,
  learnPairs,
  lossBeside,
  predictInterference,
  readInterference,
  shareLost,
  updateInterference,
} from "../../../../engine/models/interference";
import { compress, gather, noExperience } from "../../../../engine/models/interference/experience";
import { learnEffects } from "../../../../engine/models/interference/effects";
import { createRandom } from "../../../../engine/random";

const FAMILIES = ["database", "web", "batch", "cache"];
/** Share lost per unit of load: batch hurts databases and itself, nobody minds the web. */
const TRUTH: Record<string, Record<string, number>> = {
  database: { database: 0.3, web: 0.05, batch: 0.6, cache: 0.1 },
  web: { database: 0.1, web: 0.05, batch: 0.2, cache: 0.1 },
  batch: { database: 0.1, web: 0.05, batch: 0.4, cache: 0.05 },
  cache: { database: 0.2, web: 0.1, batch: 0.3, cache: 0.5 },
};
const vm = (id: string, family: string, vcpus = 2): LoadedVm => ({ id, family, vcpus, demandMhz: 1000, load: 0.2 });
const machines = Array.from({ length: 48 }, (_, i) =>
  vm(`vm-${i}`, FAMILIES[i % 4], 2 ** (1 + (Math.floor(i / 4) % 2))),
);
const HOUR = 3600;

/** Hosts of six VMs, drawn anew every hour; `extra` is what one VM adds to what others lose beside it. */
function history(hours: number, from = 0, extra: Record<string, number> = {}, seed = 1): HostInterval[] {
  const random = createRandom(seed, "history", from);
  return Array.from({ length: hours }, (_, hour) => {
    const order = random.shuffle(machines);
    return Array.from({ length: 8 }, (__, host) => {
      const members = order
        .slice(host * 6, host * 6 + 6)
        .map((machine) => ({ machine, load: 0.05 + 0.25 * random.uniform() }));
      return {
        at: (from + hour) * HOUR,
        members: members.map(({ machine, load }) => {
          const lost = members.reduce(
            (sum, other) =>
              other.machine === machine
                ? sum
                : sum + other.load * (TRUTH[machine.family][other.machine.family] + (extra[other.machine.id] ?? 0)),
            0.01 * random.normal(),
          );
          return { vm: machine.id, load, lost: random.uniform() < 0.1 ? null : Math.min(1, Math.max(0, lost)) };
        }),
      };
    });
  }).flat();
}

describe("the share of CPU time lost", () => {
  it("is ready time over what was wanted, and unknown where telemetry is", () => {
    assert.equal(shareLost(10, 30), 0.25);
    assert.equal(shareLost(0, 0), 0);
    assert.equal(shareLost(Number.NaN, 30), null);
  });
});

describe("kinds of virtual machines", () => {
  it("are families by size, the rarest together once there are too many", () => {
    assert.deepEqual(
      kindsOf([vm("a", "db", 2), vm("b", "db", 2), vm("c", "db", 8)]).map(({ name, size, intensity }) => [
        name,
        size,
        intensity,
      ]),
      [["db, 2 vCPU", 1, Math.log2(1000)], ["db, 8 vCPU", 3, Math.log2(1000)]], // prettier-ignore
    );
    const many = Array.from({ length: 100 }, (_, i) => vm(`${i}`, `family ${i}`));
    const kinds = kindsOf(many);
    assert.equal(kinds.length, MOST_KINDS);
    assert.equal(kinds[MOST_KINDS - 1].family, OTHER_FAMILY);
  });

  it("take in a new VM by family, then by size; a stranger is one of the others", () => {
    const kinds = kindsOf([vm("a", "db", 2), vm("b", "db", 16), vm("c", "web", 2)]);
    assert.equal(kinds[kindOf(kinds, vm("new", "db", 8))].name, "db, 16 vCPU");
    assert.equal(kindOf([...kinds, { ...kinds[0], family: OTHER_FAMILY }], vm("new", "mail", 2)), 3);
  });
});

describe("compressed experience", () => {
  it("says of every pair of kinds what the whole history says", () => {
    const kinds = kindsOf(machines);
    const rows = new Map(machines.map((machine) => [machine.id, kindOf(kinds, machine)]));
    const experience = gather(noExperience(kinds.length), 1, history(40), (id) => rows.get(id) ?? null, () => 1); // prettier-ignore
    const compressed = compress(experience).filter(({ victim }) => victim === 3);
    assert.ok(compressed.length <= kinds.length);
    const estimate = (list: typeof compressed) => {
      const moment = kinds.map((_, kind) => list.reduce((sum, row) => sum + row.precision * row.lost * (row.others.find((o) => o.kind === kind)?.load ?? 0), 0)); // prettier-ignore
      return moment;
    };
    assert.ok(estimate(compressed).every(Number.isFinite));
    // Least squares from the compressed rows, undone of their cap, has the history's own moments.
    const scale = (precision: number) => 1 / (1 / precision - 1 / 100);
    kinds.forEach((_, kind) => {
      const moment = compressed.reduce((sum, row) => sum + scale(row.precision) * row.lost * (row.others.find((o) => o.kind === kind)?.load ?? 0), 0); // prettier-ignore
      assert.ok(Math.abs(moment - experience[3].moment[kind]) < 1e-3, `${moment}, not ${experience[3].moment[kind]}`);
    });
  });
});

describe("the model of interference", () => {
  const file = fitInterference(machines, history(200), { asOf: 200 * HOUR });
  const prediction = predictInterference(file, machines);

  it("finds what each kind loses beside each other, better than its baseline", () => {
    assert.equal(file.fallback, null);
    assert.ok(file.skill && file.skill.value > file.skill.baseline.value, JSON.stringify(file.skill));
    let worst = 0;
    for (let a = 0; a < 12; a++)
      for (let b = 0; b < 12; b++) {
        const expected = 0.2 * TRUTH[machines[a].family][machines[b].family];
        if (a !== b) worst = Math.max(worst, Math.abs(lossBeside(prediction, a, b) - expected));
      }
    assert.ok(worst < 0.02, `off by ${worst}`);
  });

  it("gives a VM that was never seen its kind's", () => {
    const [newcomer, database] = [vm("new", "batch", 4), vm("vm-0", "database")];
    const beside = predictInterference(file, [database, newcomer]);
    assert.ok(Math.abs(lossBeside(beside, 0, 1) - 0.2 * 0.6) < 0.02);
  });

  it("explains a loss by kinds and by the two VMs", () => {
    const why = explainInterference(file, machines[0], machines[2]);
    assert.equal(why.victimKind, "database, 2 vCPU");
    assert.ok(Math.abs(why.lost - lossBeside(prediction, 0, 2)) < 0.002);
    assert.ok(Math.abs(why.load * (why.kinds + why.victim + why.other) - why.lost) < 1e-12);
  });

  it("tells the noisy neighbour from its like, and forgives it", () => {
    const noisy = fitInterference(machines, history(200, 0, { "vm-1": 0.5 }), { asOf: 200 * HOUR });
    const causes = (model: typeof noisy, id: string) => model.virtualMachines[id].causes;
    const like = machines.filter(({ id, family }) => family === "web" && id !== "vm-1");
    assert.ok(causes(noisy, "vm-1") > 0.3, String(causes(noisy, "vm-1")));
    assert.ok(like.every(({ id }) => causes(noisy, id) < 0.15));
    const later = updateInterference(noisy, machines, history(400, 1000), 1400 * HOUR);
    assert.ok(causes(later, "vm-1") < 0.08, String(causes(later, "vm-1")));
  });

  it("learns on: an update with what a fit would have seen agrees with it", () => {
    const half = fitInterference(machines, history(100), { asOf: 100 * HOUR });
    const updated = updateInterference(half, machines, history(100, 100), 200 * HOUR);
    const beside = predictInterference(updated, machines);
    assert.equal(updated.trainedUntil, 200 * HOUR);
    assert.ok(updated.samples > half.samples);
    assert.ok(Math.abs(lossBeside(beside, 0, 2) - 0.2 * 0.6) < 0.02);
  });

  it("falls back by name where data are short, and never to nothing", () => {
    const short = fitInterference(machines.slice(0, 2), history(1).slice(0, 1), { asOf: HOUR });
    assert.equal(short.fallback, ADDITIVE);
    assert.equal(predictInterference(short, machines.slice(0, 2)).model, ADDITIVE);
    assert.equal(fitInterference(machines, [], { asOf: 0 }).fallback, ADDITIVE);
  });

  it("is the same again, survives its file, and names every problem of a broken one", () => {
    assert.deepEqual(fitInterference(machines, history(200), { asOf: 200 * HOUR }), file);
    assert.deepEqual(readInterference(JSON.parse(JSON.stringify(file))), file);
    assert.throws(
      () => readInterference({ ...file, lost: [1], deviation: [] }),
      (error: AffinityError) => error.code === "MODEL_INVALID" && error.problems.length === 2,
    );
  });
});

describe("effects of single VMs", () => {
  it("settle however many VMs move together", () => {
    const members = Array.from({ length: 60 }, (_, i) => ({ vm: `${i}`, load: 0.5, lost: 0.9 }));
    const intervals = Array.from({ length: 50 }, (_, at) => ({ at, members }));
    const effects = Object.values(learnEffects({}, 1, intervals, () => 0, () => 1)); // prettier-ignore
    const lost = effects[0].suffers * 0.5 * 59 + effects.slice(1).reduce((sum, { causes }) => sum + 0.5 * causes, 0);
    assert.ok(Math.abs(lost - 0.9) < 0.02, `explains ${lost} of 0.9`);
  });
});

describe("pairs of workloads", () => {
  it("are foretold from few, whole exclusion included", () => {
    const random = createRandom(8, "pairs");
    const kinds = Array.from({ length: 15 }, (_, i) => ({ name: `${i}`, family: FAMILIES[i % 3], size: Math.floor(i / 3), intensity: null })); // prettier-ignore
    const lostBy = (a: number, b: number) => {
      if ((kinds[a].size ?? 0) + (kinds[b].size ?? 0) > 6) return 1;
      return TRUTH[kinds[a].family][kinds[b].family] * (1 + 0.1 * (kinds[b].size ?? 0));
    };
    const all = kinds.flatMap((_, a) => kinds.map((__, b) => ({ a, b })));
    const seen = random.shuffle(all).slice(0, 90);
    const { lost } = learnPairs(
      kinds,
      seen.map(({ a, b }) => ({ victim: a, others: [{ kind: b, load: 1 }], lost: lostBy(a, b), precision: 1 })),
    );
    const error = all.reduce((sum, { a, b }) => sum + Math.abs(lost[a * 15 + b] - lostBy(a, b)), 0) / all.length;
    assert.ok(error < 0.03, `mean absolute error ${error}`);
  });
});

describe("affinity", () => {
  const interference = {
    model: "test",
    rank: 1,
    suffers: Float32Array.of(0.2, 0.2, 0.01, 0.01),
    causes: Float32Array.of(0.1, 1, 0, 0.01),
  };

  it("is symmetric, below 0 for VMs that disturb and above for VMs that talk", () => {
    assert.equal(affinity(interference, 0, 1), affinity(interference, 1, 0));
    assert.ok(affinity(interference, 0, 1) < -0.8);
    assert.ok(affinity(interference, 2, 3, 20_000) > 0.8);
    assert.ok(Math.abs(affinity(interference, 2, 3)) < 0.01);
  });

  it("never gains from a negative loss", () => {
    assert.equal(lossBeside({ ...interference, suffers: Float32Array.of(-1, 0, 0, 0) }, 0, 1), 0);
  });

  it("names conflicts on one host, worst first, and who should go", () => {
    const found = conflicts(interference, [0, 0, 0, -1], -0.05);
    assert.deepEqual(
      found.map(({ a, b, mover }) => [a, b, mover]),
      [[0, 1, 1], [1, 2, 1]], // prettier-ignore
    );
    assert.deepEqual(conflicts(interference, [0, 1, 2, 3], -0.05), []);
  });

  it("raises the health index when a pair that disturbs each other is parted", () => {
    const before = healthIndex(0.8, interference, [0, 0, 1, 1]);
    const after = healthIndex(0.8, interference, [0, 1, 0, 1]);
    assert.ok(after.index > before.index);
    assert.deepEqual(healthIndex(0.8, interference, [0, 1, 2, 3]), { index: 0.8, affinity: null });
  });
});
