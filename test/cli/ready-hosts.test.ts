import assert from "node:assert/strict";
import { join } from "node:path";
import { readyHostsOf } from "../../cli/report/ready-hosts";
import { Declarations, PreparationLog } from "../../engine/journal";
import type { Plan } from "../../engine/planner/plan";
import { temporaryFolder } from "../testbed";
import { someReady } from "./ready-hosts";

const T = 1_772_409_600;
const place = { source: "vc.example.com", cluster: { id: "domain-c1", name: "production" } };
const hosts = ["esx-1", "esx-2"].map((name) => ({ name, id: name }));
const virtualMachines = [{ id: "vm-1", vm: "web-1", host: "esx-1" }];
const made = someReady({ ...place, asOf: T, hosts, virtualMachines } as unknown as Plan);

describe("what a report says is held ready", () => {
  it("is what the cluster's programs declared, with the windows that are over", async () => {
    const journal = join(await temporaryFolder(), "journal.duckdb");
    const cluster = `${place.source}/${place.cluster.id}`;
    const declarations = new Declarations(journal);
    for (const { owner, planned } of made.preparations)
      await declarations.save({
        owner,
        kind: "HostPreparation",
        cluster,
        state: { application: "backup", ...planned },
      });
    for (const { owner, planned } of made.allocations)
      await declarations.save({ owner, kind: "ProactiveAllocation", cluster, state: { ...planned, drift: [] } });
    const elsewhere = { ...made.preparations[0].planned, clusterId: "domain-c2" };
    const other = { owner: "a/b/elsewhere", kind: "HostPreparation", cluster: `${place.source}/domain-c2` };
    await declarations.save({ ...other, state: elsewhere });
    await declarations.save({ owner: "a/b/damaged", kind: "HostPreparation", cluster, state: { prepared: 3 } });
    const log = new PreparationLog(journal);
    const owner = made.preparations[0].owner;
    await log.recordWindow({ owner, cluster, from: T - 600, until: T - 300, probability: 0.8, prepared: true });
    await log.settle(owner, T, () => false);

    const found = await readyHostsOf(journal, place.source, cluster, T);
    assert.deepEqual(
      found.preparations.map(({ owner: name }) => name),
      ["shop/prod/nightly", "shop/prod/weekly"],
    );
    const [nightly, weekly] = found.preparations;
    assert.deepEqual(nightly.planned, made.preparations[0].planned);
    assert.deepEqual(nightly.summary?.record, { requests: 0, coldStarts: 0, prepared: 1, falsePositives: 1 });
    assert.equal(weekly.summary, null);
    assert.deepEqual(found.allocations, made.allocations);
  });

  it("is nothing where no journal is", async () => {
    const absent = join(await temporaryFolder(), "absent.duckdb");
    assert.deepEqual(await readyHostsOf(absent, place.source, "x", T), { preparations: [], allocations: [] });
  });
});
