import { PLACEMENT } from "../placement";
import type { TestResource } from "../testing";
import { VIRTUAL_MACHINE } from "../vsphere";
import { type Written, writtenResources } from "./configuration";
import type { ResourceChange, TerraformPlan } from "./plan";
import { propertyName, TYPES } from "./types";
import { propertiesOf } from "./values";

/** `module.a[0].t.n["x"]` as `module.a.t.n`. */
const withoutIndices = (address: string) => address.replace(/\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g, "");

interface Planned {
  readonly change: ResourceChange;
  readonly type: string;
  readonly written: Written | undefined;
  readonly resource: Omit<TestResource, "dependsOn"> & { dependsOn: Record<string, TestResource[]> };
}

/** The resources that stand when the plan is applied, as policies see those of a Pulumi program. */
export function resourcesOf(plan: TerraformPlan): TestResource[] {
  const written = plan.root ? writtenResources(plan.root) : new Map<string, Written>();
  const planned = plan.changes.flatMap((change) => plannedOf(change, written) ?? []);
  const byAddress = new Map<string, Planned[]>();
  for (const each of planned) {
    const key = withoutIndices(each.change.address);
    const there = byAddress.get(key);
    if (there) there.push(each);
    else byAddress.set(key, [each]);
  }
  for (const { change, written, resource } of planned) {
    for (const [attribute, referred] of written?.referred ?? []) {
      const found = referred.flatMap(({ address, index }) =>
        (byAddress.get(address) ?? []).filter((other) => near(change, other.change, index)),
      );
      if (found.length > 0) resource.dependsOn[propertyName(attribute)] = found.map((each) => each.resource);
    }
  }
  const moves = planned.flatMap(({ change, type }) => (type === VIRTUAL_MACHINE ? (moveOf(change) ?? []) : []));
  const advised: TestResource[] =
    // What a Placement of a Pulumi program would say: the policies on moves read it there.
    moves.length > 0
      ? [{ type: PLACEMENT, name: "moves of this plan", props: { groups: [], placements: [], moves } }]
      : [];
  return [...planned.map(({ resource }) => resource), ...advised];
}

function plannedOf(change: ResourceChange, resources: ReadonlyMap<string, Written>): Planned | undefined {
  const type = TYPES.get(change.type);
  const { after, after_unknown: unknowns } = change.change;
  if (type === undefined || change.mode !== "managed" || !after) return undefined;
  const written = resources.get(withoutIndices(change.address));
  const outputs = propertiesOf(after, unknowns);
  const said = written && new Set([...written.attributes].map(propertyName));
  // Without the configuration nobody can tell the program's choice from the provider's.
  const props = said ? Object.fromEntries(Object.entries(outputs).filter(([key]) => said.has(key))) : outputs;
  return { change, type, written, resource: { type, name: change.address, props, outputs, dependsOn: {} } };
}

/** Whether a reference of one instance may mean the other: of another instance of the same module it doesn't. */
function near(from: ResourceChange, to: ResourceChange, index: string): boolean {
  const [here, there] = [from.module_address ?? "", to.module_address ?? ""];
  if (withoutIndices(here) === withoutIndices(there) && here !== there) return false;
  return index === "" || to.address.endsWith(index) || index.includes(".");
}

/** A VM that runs on one host and shall run on another. */
function moveOf({ address, change }: ResourceChange) {
  const [from, to] = [change.before?.host_system_id, change.after?.host_system_id];
  if (!change.actions.includes("update") || typeof from !== "string" || typeof to !== "string") return undefined;
  if (from === "" || to === "" || from === to) return undefined;
  const name = change.after?.name;
  return { vm: typeof name === "string" ? name : address, from, to };
}
