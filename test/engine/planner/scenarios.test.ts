import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { openPlainDevice } from "../../../engine/compute/devices/plain";
import { AffinityError } from "../../../engine/errors";
import { type Plan, planPlacement } from "../../../engine/planner";
import { findCluster } from "../../../engine/snapshot";
import { checkPlan } from "./checker";
import { carryOut, makeWorld, type World, type WorldSpec } from "./world";

/** What a scenario ends in. Host names in `placements` may be a list: any of them will do. */
interface Expected {
  error?: string;
  /** Modules of the smallest conflicting set, in any order. */
  conflict?: string[];
  /** Parts of the error's problems or message. */
  mentions?: string[];
  placements?: Record<string, string | string[]>;
  moves?: number | Record<string, string | string[]>;
  movesAtMost?: number;
  apart?: string[][];
  together?: string[][];
  unresolved?: string[];
  lacking?: string[];
  /** VM to a part of one of its reasons. */
  reasons?: Record<string, string>;
  /** VM to how its first reason begins: what a table shows. */
  mainReason?: Record<string, string>;
  /** The moves were used up: a second plan makes more. */
  goesOn?: boolean;
  /** VMs that the plan has nothing to do with. */
  absent?: string[];
  /** VM to the host that comes next. */
  runnerUp?: Record<string, string>;
  /** How VMs are spread over hosts, or over the values of a tag category: domains in use, and VMs in any. */
  spread?: { vms: string[]; over?: string; atLeast?: number; atMost?: number; perDomain?: number }[];
  /** VMs each of which has one of the others on its host, or in its zone. */
  near?: { vms: string[]; on: string[]; over?: string }[];
  /** VMs none of which shares a host with any of the others. */
  keptFrom?: { vms: string[]; from: string[] }[];
  /** Host to how many VMs it ends with. */
  onHosts?: Record<string, number>;
  /** How many hosts end without a VM. */
  emptyHosts?: number;
  /** VM to host: "chosen", the objective that makes it dearer there, or the constraint that rules it out. */
  costs?: Record<string, Record<string, string>>;
}

interface Scenario extends WorldSpec {
  title: string;
  expect: Expected;
}

const FOLDER = resolve(__dirname, "../../../../test/scenarios");

async function planOf({ snapshot, request, assessment }: World): Promise<Plan> {
  return planPlacement(request, snapshot, findCluster(snapshot, request.cluster), assessment, {
    device: openPlainDevice(),
  });
}

async function refused(world: World, { error, conflict, mentions }: Expected): Promise<void> {
  const thrown: unknown = await planOf(world).then(
    (plan) =>
      assert.fail(`a plan was found: ${plan.virtualMachines.map(({ vm, host }) => `${vm} on ${host}`).join(", ")}`),
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof AffinityError)) throw thrown;
  assert.equal(thrown.code, error);
  if (conflict)
    assert.deepEqual(thrown.problems.map(({ path }) => path).sort(), [...conflict].sort(), thrown.describe());
  for (const part of mentions ?? []) assert.ok(thrown.describe().includes(part), `"${part}" in ${thrown.describe()}`);
}

function compareSpread({ snapshot }: World, hostOf: ReadonlyMap<string, string | null>, expected: Expected): void {
  const domain = (vm: string, over?: string): string => {
    const host = snapshot.hosts.find(({ name }) => name === hostOf.get(vm)) ?? assert.fail(`${vm} has no host`);
    return over === undefined ? host.name : host.tags.filter(({ category }) => category === over)[0].name;
  };
  for (const { vms, over, atLeast = 1, atMost = Infinity, perDomain = Infinity } of expected.spread ?? []) {
    const domains = vms.map((vm) => domain(vm, over));
    const used = new Set(domains).size;
    assert.ok(used >= atLeast && used <= atMost, `${vms.join(", ")} use ${domains.join(", ")}`);
    for (const one of domains) assert.ok(domains.filter((other) => other === one).length <= perDomain, String(domains));
  }
  for (const { vms, on, over } of expected.near ?? []) {
    const there = new Set(on.map((vm) => domain(vm, over)));
    for (const vm of vms) assert.ok(there.has(domain(vm, over)), `${vm} is in ${domain(vm, over)}`);
  }
  for (const { vms, from } of expected.keptFrom ?? []) {
    const there = new Set(from.map((vm) => domain(vm)));
    for (const vm of vms) assert.ok(!there.has(domain(vm)), `${vm} is on ${domain(vm)}`);
  }
}

function compareCosts(plan: Plan, expected: Expected): void {
  for (const [vm, hosts] of Object.entries(expected.costs ?? {})) {
    const placed = plan.virtualMachines.find((item) => item.vm === vm) ?? assert.fail(`${vm} isn't in the plan`);
    assert.equal(placed.costs?.length, plan.hosts.length);
    const said = placed.costs.map(({ host, refused, byObjective }) => {
      if (host === placed.host) return [host, "chosen"];
      const [worst] = Object.entries(byObjective).sort(([, a], [, b]) => b - a);
      return [host, refused?.constraint ?? worst[0]];
    });
    assert.deepEqual(Object.fromEntries(said), hosts);
  }
}

function compare(world: World, plan: Plan, expected: Expected): void {
  const { snapshot } = world;
  const hostOf = new Map(snapshot.virtualMachines.map(({ name, host }) => [name, host]));
  for (const { vm, host } of plan.virtualMachines) hostOf.set(vm, host);
  const placed = (vm: string) =>
    plan.virtualMachines.find((item) => item.vm === vm) ?? assert.fail(`${vm} isn't in the plan`);
  for (const [vm, host] of Object.entries(expected.placements ?? {})) {
    assert.ok([host].flat().includes(placed(vm).host), `${vm} is on ${placed(vm).host}, not ${String(host)}`);
  }
  if (typeof expected.moves === "number") assert.equal(plan.moves.length, expected.moves, JSON.stringify(plan.moves));
  else if (expected.moves) {
    assert.deepEqual(plan.moves.map(({ vm }) => vm).sort(), Object.keys(expected.moves).sort());
    for (const { vm, to } of plan.moves) assert.ok([expected.moves[vm]].flat().includes(to), `${vm} goes to ${to}`);
  }
  if (expected.movesAtMost !== undefined)
    assert.ok(plan.moves.length <= expected.movesAtMost, JSON.stringify(plan.moves));
  for (const group of expected.apart ?? []) assert.equal(new Set(group.map((vm) => hostOf.get(vm))).size, group.length);
  for (const group of expected.together ?? []) assert.equal(new Set(group.map((vm) => hostOf.get(vm))).size, 1);
  const unresolved = [...new Set((plan.unresolved ?? []).map(({ constraint }) => constraint))].sort();
  assert.deepEqual(unresolved, [...(expected.unresolved ?? [])].sort(), JSON.stringify(plan.unresolved));
  for (const what of expected.lacking ?? [])
    assert.ok(
      plan.lacking.some((fact) => fact.what === what),
      JSON.stringify(plan.lacking),
    );
  for (const [vm, part] of Object.entries(expected.reasons ?? {})) {
    assert.ok(
      placed(vm).reasons.some(({ text }) => text.includes(part)),
      JSON.stringify(placed(vm).reasons),
    );
  }
  for (const [vm, start] of Object.entries(expected.mainReason ?? {})) {
    const [{ text }] = placed(vm).reasons;
    assert.ok(text.startsWith(start), text);
  }
  compareSpread(world, hostOf, expected);
  compareCosts(plan, expected);
  const endsWith = new Map(plan.hosts.map(({ name, vms }) => [name, vms.after]));
  for (const [host, vms] of Object.entries(expected.onHosts ?? {})) assert.equal(endsWith.get(host), vms, host);
  if (expected.emptyHosts !== undefined)
    assert.equal([...endsWith.values()].filter((vms) => vms === 0).length, expected.emptyHosts);
  for (const vm of expected.absent ?? []) assert.ok(!plan.virtualMachines.some((item) => item.vm === vm), vm);
  for (const [vm, host] of Object.entries(expected.runnerUp ?? {})) assert.equal(placed(vm).runnersUp[0]?.host, host);
}

describe("scenarios", () => {
  for (const folder of readdirSync(FOLDER).sort()) {
    describe(folder, () => {
      for (const file of readdirSync(join(FOLDER, folder)).sort()) {
        const scenario = parse(readFileSync(join(FOLDER, folder, file), "utf8")) as Scenario;
        it(`${file}: ${scenario.title}`, async () => {
          const world = makeWorld(scenario);
          if (scenario.expect.error) return refused(world, scenario.expect);
          const plan = await planOf(world);
          assert.deepEqual(checkPlan(world.snapshot, world.request, plan), []);
          compare(world, plan, scenario.expect);
          // Carried out and asked again with the plan in force, nothing moves any more.
          const keep = Object.fromEntries(plan.virtualMachines.map(({ vm, hostId }) => [vm, hostId]));
          const after = {
            ...world,
            snapshot: carryOut(world.snapshot, plan.moves),
            request: { ...world.request, keep },
          };
          const again = await planOf(after);
          if (scenario.expect.goesOn) return assert.ok(again.moves.length > 0, "a second plan goes on");
          assert.deepEqual(again.moves, [], "a second plan moves nothing");
          const hosts = (of: Plan) => of.virtualMachines.map(({ vm, host }) => `${vm}: ${host}`);
          assert.deepEqual(hosts(again), hosts(plan), "a second plan changes nothing");
        });
      }
    });
  }
});
