import { AffinityError } from "../../engine/errors";
import { retrieveProperties } from "./properties";
import type { VcenterSession } from "./session";
import { taskOf, type TaskOptions, waitForTask } from "./tasks";
import { number, Reference, reference, referenceIds, text, type Tree } from "./values";
import { decodeName } from "./objects/context";

/** What a resource pool reserves. */
export interface PoolReservation {
  readonly cpuMhz: number;
  readonly memoryMib: number;
}

/** A child of a resource pool as the vCenter has it. */
export interface FoundPool extends PoolReservation {
  readonly id: string;
  readonly name: string;
  /** Ids of the VMs that are directly in it. */
  readonly virtualMachines: readonly string[];
}

const pool = (id: string) => new Reference("ResourcePool", id);
const PATHS = ["name", "vm", "config.cpuAllocation", "config.memoryAllocation"];

/** Child resource pools: found by name below their parent, made, changed, removed. */
export class PoolActions {
  constructor(private readonly session: VcenterSession) {}

  /** The child of that name; null if there is none. @throws AffinityError VCENTER_FAULT if the parent is gone. */
  async find(parent: string, name: string, signal?: AbortSignal): Promise<FoundPool | null> {
    return this.session.read(async (invoke, content) => {
      const [above] = await retrieveProperties(invoke, content, [pool(parent)], ["resourcePool"]);
      const children = referenceIds(above?.properties.resourcePool).map(pool);
      const found = await retrieveProperties(invoke, content, children, PATHS);
      return found.map(foundPool).find((child) => child.name === name) ?? null;
    }, signal);
  }

  /**
   * Makes a child pool. Its reservation may grow from its parent's where a VM in it reserves more.
   * @returns its id.
   * @throws AffinityError VCENTER_FAULT: DuplicateName, InsufficientResourcesFault where the parent can't give so much.
   */
  async create(parent: string, name: string, reservation: PoolReservation, signal?: AbortSignal): Promise<string> {
    const answer = await this.session.act(
      (invoke) => invoke("CreateResourcePool", pool(parent), { name, spec: configSpec(reservation) }),
      signal,
    );
    const created = reference(answer);
    if (created) return created.id;
    throw new AffinityError({ code: "VCENTER_ANSWER_INVALID", message: "CreateResourcePool gave no resource pool" });
  }

  /** Gives a pool another reservation. @throws AffinityError VCENTER_FAULT, for one where its parent can't give so much. */
  async update(id: string, reservation: PoolReservation, signal?: AbortSignal): Promise<void> {
    await this.session.act(
      (invoke) => invoke("UpdateConfig", pool(id), { name: undefined, config: configSpec(reservation) }),
      signal,
    );
  }

  /** Removes a pool; what is in it falls to its parent. */
  async remove(id: string, options: TaskOptions = {}): Promise<void> {
    const task = await this.session.act((invoke) => invoke("Destroy_Task", pool(id), {}), options.signal);
    await waitForTask(this.session, taskOf(task, "Destroy_Task"), `removing the resource pool ${id}`, options);
  }
}

function foundPool({ reference: self, properties }: { reference: Reference; properties: Record<string, Tree> }) {
  return {
    id: self.id,
    name: decodeName(text(properties.name) ?? ""),
    virtualMachines: referenceIds(properties.vm),
    cpuMhz: number(properties["config.cpuAllocation"], "reservation") ?? 0,
    memoryMib: number(properties["config.memoryAllocation"], "reservation") ?? 0,
  };
}

/** The order of the elements is the schema's; shares of the level "normal" are vCenter's to count. */
const allocation = (reservation: number) => ({
  reservation: Math.floor(reservation),
  expandableReservation: true,
  limit: -1,
  shares: { shares: 0, level: "normal" },
});

const configSpec = ({ cpuMhz, memoryMib }: PoolReservation) => ({
  cpuAllocation: allocation(cpuMhz),
  memoryAllocation: allocation(memoryMib),
});
