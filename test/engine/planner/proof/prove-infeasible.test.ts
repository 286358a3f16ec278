import assert from "node:assert/strict";
import fc from "fast-check";
import { openPlainDevice } from "../../../../engine/compute/devices/plain";
import { AffinityError } from "../../../../engine/errors";
import { planPlacement } from "../../../../engine/planner";
import { compileConstraints } from "../../../../engine/planner/constraints";
import { compileModel } from "../../../../engine/planner/problem";
import { proveInfeasible } from "../../../../engine/planner/proof";
import { FlowNetwork } from "../../../../engine/planner/proof/max-flow";
import { richWorld } from "../rich-world";
import { tightWorld } from "../tight-world";
import { makeWorld, type World, type WorldSpec } from "../world";

function proofOf({ request, snapshot, assessment }: World): string | null {
  const model = compileModel(request, snapshot, snapshot.clusters[0], assessment);
  return proveInfeasible(model, compileConstraints(model), request.config.maxMoves);
}

const refusalOf = ({ request, snapshot, assessment }: World): Promise<AffinityError | null> =>
  planPlacement(request, snapshot, snapshot.clusters[0], assessment, { device: openPlainDevice() }).then(
    () => null,
    (error: unknown) => {
      if (error instanceof AffinityError && error.code === "PLAN_INFEASIBLE") return error;
      throw error;
    },
  );

const named = (count: number) => Array.from({ length: count }, (_, i) => `db-${i + 1}`);

describe("the proof that a request can't be met", () => {
  it("matches members that must be apart with the hosts that each may be on", async () => {
    const members = named(30);
    const spec: WorldSpec = {
      hosts: [{ name: "esx", count: 40, memoryGb: 256 }],
      request: {
        virtualMachines: [{ name: "db", count: 30, memoryGb: 4 }],
        groups: [{ name: "replicas", kind: "apart", members }],
        rules: {
          hosts: [
            {
              name: "licensed",
              kind: "on",
              virtualMachines: members.slice(0, 12),
              hosts: Array.from({ length: 11 }, (_, i) => `esx-${i + 1}`),
              mandatory: true,
            },
          ],
        },
      },
    };
    const refusal = await refusalOf(makeWorld(spec));
    assert.deepEqual(refusal?.problems.map(({ path }) => path).sort(), ["host-rules", "vm-anti-affinity"]);
    assert.match(
      refusal!.message,
      /proven: "db-1", "db-10".* and 7 more can only be on esx-1.* has room for 11 of these 12/,
    );
  });

  it("knows that large VMs leave room that no other can use", () => {
    // 40 of 60 GB on 20 hosts of 100 GB: 2,400 of 2,000 GB would be too much, 21 of them are 1,260.
    const proof = proofOf(
      makeWorld({
        hosts: [{ name: "esx", count: 20, memoryGb: 100, cores: 64 }],
        request: { virtualMachines: [{ name: "db", count: 21, memoryGb: 60 }] },
      }),
    );
    assert.match(proof ?? "", /need 61440 or more each, and .* can take 20 such/);
  });

  it("adds up what VMs take of the hosts that they may be on", () => {
    const bound = (count: number) =>
      proofOf(
        makeWorld({
          hosts: [{ name: "esx", count: 30, memoryGb: 64, cores: 64 }],
          vms: [{ name: "old", on: "esx-1", memoryGb: 16 }],
          request: {
            virtualMachines: [{ name: "app", count, memoryGb: 8, vcpus: 1 }],
            rules: {
              hosts: [
                {
                  name: "licensed",
                  kind: "on",
                  virtualMachines: Array.from({ length: count }, (_, i) => `app-${i + 1}`),
                  hosts: ["esx-1", "esx-2"],
                  mandatory: true,
                },
              ],
            },
          },
        }),
      );
    assert.equal(bound(14), null, "48 and 64 GB take six and eight");
    assert.match(bound(15) ?? "", /need 122880 of esx-1 and esx-2, where .* leaves 114688/);
  });

  it("counts VMs that must leave where they run against the moves that may be made", async () => {
    const refusal = await refusalOf(
      makeWorld({
        hosts: [{ name: "esx", count: 6 }],
        vms: [{ name: "sql", count: 3, on: "esx-1" }],
        request: {
          include: "all",
          rules: {
            hosts: [
              {
                name: "gone",
                kind: "off",
                virtualMachines: ["sql-1", "sql-2", "sql-3"],
                hosts: ["esx-1"],
                mandatory: true,
              },
            ],
          },
          config: { maxMoves: 2 },
        },
      }),
    );
    assert.match(refusal!.message, /proven: "sql-1", "sql-2" and "sql-3" must leave where they run, and 2 moves may/);
  });

  it("never denies what was planned, with every rule and relation", async () => {
    let [planned, refused, proven] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(richWorld, async (spec) => {
        const world = makeWorld(spec);
        const refusal = await refusalOf(world);
        if (!refusal) {
          planned++;
          assert.equal(proofOf(world), null);
          return;
        }
        refused++;
        if (refusal.message.includes("(proven: ")) proven++;
      }),
      { numRuns: 250, seed: 61 },
    );
    assert.ok(planned > 80 && refused > 40, `${planned} planned, ${refused} refused`);
    assert.ok(proven > 0.65 * refused, `${proven} of ${refused} refusals are proven`);
  }).timeout(60_000);

  it("never denies what can be met by construction, 98 % full", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const spec = { hosts: 8, fill: 0.98, fresh: 0.4, displaced: 3, rules: 2 };
      assert.equal(proofOf(tightWorld(seed, spec)), null, `seed ${seed}`);
    }
  });

  it("the largest flow is the smallest cut", () => {
    const nodes = 6;
    const edge = fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1), fc.nat(9));
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 14 }), (edges) => {
        const network = new FlowNetwork(nodes);
        for (const [from, to, capacity] of edges) if (from !== to) network.add(from, to, capacity);
        let smallest = Infinity;
        for (let side = 0; side < 2 ** nodes; side++) {
          const inside = (node: number) => (side >> node) % 2 === 1;
          if (!inside(0) || inside(nodes - 1)) continue;
          const crossing = edges.filter(([from, to]) => inside(from) && !inside(to));
          smallest = Math.min(
            smallest,
            crossing.reduce((sum, [, , capacity]) => sum + capacity, 0),
          );
        }
        assert.equal(network.maximum(0, nodes - 1), smallest);
      }),
      { numRuns: 300, seed: 67 },
    );
  });
});
