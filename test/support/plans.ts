import { digestOf } from "../../engine/digest";
import type { PlacedVm, Plan } from "../../engine/planner/plan";

/** One VM of a plan; `host` stands for the id and the name. */
export function placedVm(vm: string, host: string, over: Partial<PlacedVm> = {}): PlacedVm {
  return {
    vm,
    id: null,
    hostId: `id-${host}`,
    host,
    from: null,
    action: "place",
    risk: 0.01,
    headroom: { cpu: 0.4, memory: 0.3 },
    reasons: [{ objective: "contention", text: `${host} has room` }],
    runnersUp: [],
    basis: "configured",
    ...over,
  };
}

/** A small whole plan, with its digest. */
export function planOf({ cluster = "c", virtualMachines = [placedVm("vm-a", "h1")], asOf = 1_700_000_000 } = {}): Plan {
  const plan = {
    algorithm: "test@1",
    cluster: { id: cluster, name: cluster },
    source: "vcenter.example.com",
    asOf,
    seed: 1,
    telemetry: { from: asOf - 86_400, to: asOf, newest: asOf - 60, coverage: 1 },
    virtualMachines,
    moves: [],
    hosts: [],
    cost: { before: {}, after: {} },
    lacking: [],
  };
  return { ...plan, digest: digestOf(plan) };
}
