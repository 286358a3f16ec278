import assert from "node:assert/strict";
import { confirmed, hostsInForce, plannedIn, plannedOf } from "../../../provider/placement/planned";
import { diffPlacement } from "../../../provider/placement/lifecycle";
import { placedVm, planOf } from "../../support/plans";

const facts = { candidateHosts: {}, hosts: 3 };
const named = new Set(["a", "b"]);
const planned = (hostOfB: string, asOf?: number) =>
  plannedOf(planOf({ virtualMachines: [placedVm("a", "h1"), placedVm("b", hostOfB)], asOf }), named, facts);
const user = { owner: "o", cluster: "c" };

describe("a placement's plan in the state", () => {
  it("keeps the named and the newly placed VMs, and leaves out those that stay", () => {
    const plan = planOf({
      virtualMachines: [
        placedVm("a", "h1", { action: "keep", from: "id-h1", id: "vm-1" }),
        placedVm("new", "h2"),
        placedVm("other", "h3", { action: "keep", from: "id-h3", id: "vm-2" }),
      ],
    });
    assert.deepEqual(
      plannedOf(plan, named, facts).placements.map(({ vm }) => vm),
      ["a", "new"],
    );
  });

  it("advises moves of VMs that the program does not name: where its own belong, their places say", () => {
    const hosts = { fromHostId: "id-h1", toHostId: "id-h2", from: "h1", to: "h2" };
    const move = (vm: string) => ({ vm, id: `id of ${vm}`, ...hosts, gain: 9, reason: "it pays" });
    const { moves } = plannedOf({ ...planOf(), moves: [move("a"), move("other")] }, named, facts);
    assert.deepEqual(moves, [{ vm: "other", from: "h1", to: "h2", toHostId: "id-h2", reason: "it pays" }]);
  });

  it("stays as it is when a fresh plan decides the same, with the new telemetry on it", () => {
    const inForce = planned("h2", 1_700_000_000);
    const fresh = planned("h2", 1_700_003_600);
    const kept = confirmed(inForce, fresh);
    assert.equal(kept?.plan.digest, inForce.plan.digest);
    assert.equal(kept?.plan.confirmedAt, 1_700_003_600);
    assert.deepEqual(kept?.plan.telemetry, fresh.plan.telemetry);
    assert.equal(diffPlacement({ ...user, ...inForce, drift: [] }, { ...user, ...kept }), false);
  });

  it("is replaced when a fresh plan decides otherwise", () => {
    const inForce = planned("h2");
    const fresh = planned("h3");
    assert.equal(confirmed(inForce, fresh), null);
    assert.equal(diffPlacement({ ...user, ...inForce, drift: [] }, { ...user, ...fresh }), true);
  });

  it("differs when the program does, and when a refresh found a VM elsewhere", () => {
    const inForce = planned("h2");
    assert.equal(diffPlacement({ ...user, ...inForce }, { ...user, include: "all", ...inForce }), true);
    const drift = [{ vm: "a", planned: "h1", actual: "h9" }];
    assert.equal(diffPlacement({ ...user, ...inForce, drift }, { ...user, ...inForce }), true);
  });

  it("is not taken for whole when a part is missing, and still says who is where", () => {
    assert.equal(plannedIn({ placements: [], moves: [] }), null);
    assert.equal(plannedIn({}), null);
    const { placements, plan } = planned("h2");
    assert.equal(plannedIn({ placements: [{ vm: "a" }], moves: [], plan }), null);
    assert.deepEqual(hostsInForce({ placements: [...placements, { vm: "c" }, "?"] }), { a: "id-h1", b: "id-h2" });
    assert.deepEqual(hostsInForce({ placements: "?" }), {});
  });

  it("of an older version gets what it lacks when it is confirmed", () => {
    const { placements, moves, plan } = planned("h2");
    const older: Record<string, unknown> = { ...plan };
    delete older.unresolved;
    const inForce = plannedIn({ placements, moves, plan: { ...older, cluster: { id: "c", name: "c" } } });
    const kept = confirmed(inForce!, planned("h2", 1_700_003_600));
    assert.deepEqual(kept?.plan.unresolved, []);
    assert.equal(kept?.plan.cluster.hosts, 3);
  });

  it("names the first few of what it lacked, and how many there were", () => {
    const subjects = Array.from({ length: 12 }, (_, i) => `vm-${i}`);
    const lacking = [{ what: "cpu history", subjects, fallback: "sizes" }];
    const unresolved = [{ constraint: "evc", text: "they can't", subjects: ["vm-1"] }];
    const { plan } = plannedOf({ ...planOf(), lacking, unresolved }, named, facts);
    assert.deepEqual(plan.lacking, [{ ...lacking[0], subjects: subjects.slice(0, 5), count: 12 }]);
    assert.deepEqual(plan.unresolved, [{ ...unresolved[0], count: 1 }]);
  });
});
