import type { PolicyResource } from "@pulumi/policy";
import { z } from "zod";
import { orUndefined, read } from "./read";
import type { Machines } from "./machines";
import { COMPUTE_CLUSTER, DRS_OVERRIDE, RESOURCE_POOL } from "./vsphere";

const level = z.string().default("manual");
const enabled = z.boolean().default(false);
const text = z.string().optional();

/** What DRS may do with a VM by itself. The defaults are those of the vSphere provider. */
export interface Automation {
  /** "disabled" where DRS is off for the VM; undefined where it can't be known. */
  readonly level: string | undefined;
  /** The resource that says so. */
  readonly resource: PolicyResource;
}

const automation = (resource: PolicyResource): Automation => {
  const on = orUndefined(read(resource, "drsEnabled", enabled));
  const said = orUndefined(read(resource, "drsAutomationLevel", level));
  return { resource, level: on === undefined ? undefined : on ? said : "disabled" };
};

/** The overrides of a stack, by the VM's key. */
export function drsOverrides(resources: readonly PolicyResource[], machines: Machines): Map<string, Automation> {
  const overrides = new Map<string, Automation>();
  for (const resource of resources) {
    if (resource.type !== DRS_OVERRIDE) continue;
    for (const key of machines.members(resource, "virtualMachineId").keys) overrides.set(key, automation(resource));
  }
  return overrides;
}

/** What DRS may do with a VM: by its override, else by its cluster; undefined where the stack manages neither. */
export function drsOf(
  vm: PolicyResource,
  resources: readonly PolicyResource[],
  overrides: ReadonlyMap<string, Automation>,
): Automation | undefined {
  const cluster = clusterOf(vm, resources);
  const obeyed = cluster ? orUndefined(read(cluster, "drsEnableVmOverrides", z.boolean().default(true))) : true;
  const override = obeyed === false ? undefined : overrides.get(vm.urn);
  return override ?? (cluster && automation(cluster));
}

/** The cluster of the stack whose resources the VM uses, directly or through resource pools. */
function clusterOf(vm: PolicyResource, resources: readonly PolicyResource[]): PolicyResource | undefined {
  let [holder, property] = [vm, "resourcePoolId"];
  for (let depth = 0; depth < 16; depth++) {
    const above = holder.propertyDependencies[property] ?? [];
    const cluster = above.find(({ type }) => type === COMPUTE_CLUSTER);
    if (cluster) return cluster;
    const pool = above.find(({ type }) => type === RESOURCE_POOL);
    if (!pool) break;
    [holder, property] = [pool, "parentResourcePoolId"];
  }
  const id = orUndefined(read(holder, property, text));
  if (!id) return undefined;
  return resources.find(
    (each) => each.type === COMPUTE_CLUSTER && orUndefined(read(each, "resourcePoolId", text)) === id,
  );
}
