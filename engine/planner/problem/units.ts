import type { ActiveConstraint } from "../constraints/constraint";
import { anchorOf, type Model } from "./model";

/** What moves as one: a VM, or VMs that a mandatory rule keeps on one host. */
export interface Units {
  readonly count: number;
  /** [unit] the VMs in it, ascending. */
  readonly vms: readonly (readonly number[])[];
  /** [movable VM] its unit. */
  readonly unitOf: Int32Array;
  /** [unit] host where all its VMs are, or the plan in force has them; -1 if there is none such. */
  readonly anchor: Int32Array;
  /** [unit] host that a VM out of scope pins it to; -1 if none. */
  readonly pinned: Int32Array;
}

/** Joins the movable VMs that `constraints` keep together into units; VMs out of scope pin the unit they belong to. */
export function formUnits(model: Model, constraints: readonly ActiveConstraint[]): Units {
  const parent = Int32Array.from({ length: model.vms.length }, (_, v) => v);
  const root = (v: number): number => {
    while (parent[v] !== v) v = parent[v] = parent[parent[v]];
    return v;
  };
  for (const { form } of constraints) {
    form.joins?.forEach((v) => {
      const [a, b] = [root(form.joins![0]), root(v)];
      if (a !== b) parent[Math.max(a, b)] = Math.min(a, b);
    });
  }
  const vms: number[][] = [];
  const index = new Map<number, number>();
  const unitOf = new Int32Array(model.movable);
  for (let v = 0; v < model.movable; v++) {
    const key = root(v);
    if (!index.has(key)) index.set(key, vms.push([]) - 1);
    unitOf[v] = index.get(key)!;
    vms[unitOf[v]].push(v);
  }
  const pinned = new Int32Array(vms.length).fill(-1);
  for (let v = model.movable; v < model.vms.length; v++) {
    const unit = index.get(root(v));
    if (unit !== undefined && pinned[unit] < 0) pinned[unit] = model.vms[v].current;
  }
  const anchor = Int32Array.from(vms, (members) => {
    const hosts = new Set(members.map((v) => anchorOf(model.vms[v])));
    return hosts.size === 1 ? [...hosts][0] : -1;
  });
  return { count: vms.length, vms, unitOf, anchor, pinned };
}
