import type { PolicyResource } from "@pulumi/policy";
import { z } from "zod";
import { known, orUndefined, read, readEach } from "./read";
import { type Known, UNKNOWN } from "./unknown";
import { VIRTUAL_MACHINE } from "./vsphere";

const text = z.string().optional();

/** The VMs that a property of another resource speaks of. */
export interface Members {
  /** URN of a VM of the stack, or the id or name by which the program calls one from outside it. */
  readonly keys: ReadonlySet<string>;
  /** False: some are not known yet, and not among `keys`. */
  readonly complete: boolean;
}

/** The VMs of a stack, under each name that a program may call them by. */
export class Machines {
  private readonly byId = new Map<string, string>();
  private readonly byName = new Map<string, string>();
  private readonly labels = new Map<string, string>();

  constructor(resources: readonly PolicyResource[]) {
    for (const resource of resources) {
      if (resource.type !== VIRTUAL_MACHINE) continue;
      const name = orUndefined(read(resource, "name", text)) ?? resource.name;
      this.byName.set(name, resource.urn);
      this.labels.set(resource.urn, name);
      for (const key of ["uuid", "moid", "id"]) {
        const id = orUndefined(read(resource, key, text));
        if (id) this.byId.set(id, resource.urn);
      }
    }
  }

  /** @param idOrName as a `Placement` or a `Stickiness` has it */
  key(idOrName: string): string {
    return this.byName.get(idOrName) ?? this.byId.get(idOrName) ?? idOrName;
  }

  /** What a person calls the VM. */
  label(key: string): string {
    return this.labels.get(key) ?? key;
  }

  /** VMs of the list (or the single id) in `property`; while they aren't made, those that it depends on. */
  members(resource: PolicyResource, property: string, inputs: object = resource.props): Members {
    const own = { ...resource, props: inputs };
    const single = property === "virtualMachineId" || property === "virtualMachineUuid";
    const ids: Known<Known<string>[]> = single
      ? [read(own, property, z.string())]
      : readEach(own, property, z.string());
    const size = ids === UNKNOWN ? undefined : ids.length;
    const made = new Set(known(ids).map((id) => this.key(id)));
    if (made.size === size) return { keys: made, complete: true };
    const depended = (resource.propertyDependencies[property] ?? [])
      .filter(({ type }) => type === VIRTUAL_MACHINE)
      .map(({ urn }) => urn);
    const keys = new Set([...made, ...depended]);
    return { keys, complete: keys.size === size };
  }
}
