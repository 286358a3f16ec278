import { AffinityError } from "../../engine/errors";
import { retrieveProperties } from "./properties";
import type { VcenterSession } from "./session";
import { endOfTask, type EndedTask, taskOf, type TaskOptions, waitForTask } from "./tasks";
import { type Parameter, Reference, reference, referenceIds, text } from "./values";

/** A VM that this package makes for its own ends. Ids are vCenter's. */
export interface MachineDraft {
  /** Without /, % and backslashes, which vCenter would escape. */
  readonly name: string;
  /** Says in words whose it is and what for. */
  readonly annotation: string;
  /** The cluster's; the VM goes into the root VM folder of its datacenter. */
  readonly cluster: string;
  readonly pool: string;
  readonly host: string;
  readonly datastore: string;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly disk?: { readonly gib: number; readonly eagerlyZeroed: boolean };
}

/** A VM of the datacenter's root VM folder as the vCenter has it. */
export interface FoundMachine {
  readonly id: string;
  readonly annotation: string;
  readonly poweredOn: boolean;
  readonly host: string | null;
}

const machine = (id: string) => new Reference("VirtualMachine", id);
const GIB_IN_KIB = 1024 * 1024;
const CONTROLLER = -1;

/** VMs of our own: made or cloned, powered on and off, removed. */
export class MachineActions {
  constructor(private readonly session: VcenterSession) {}

  /** The VM of that name in the root VM folder of the cluster's datacenter; null if there is none. */
  find(cluster: string, name: string, signal?: AbortSignal): Promise<FoundMachine | null> {
    return this.session.read(async (invoke, content) => {
      const entity = await this.folderOf(cluster, signal);
      const answer = await invoke("FindChild", content.service("searchIndex"), { entity, name });
      const found = reference(answer);
      if (found?.type !== "VirtualMachine") return null;
      const paths = ["config.annotation", "runtime.powerState", "runtime.host"];
      const [object] = await retrieveProperties(invoke, content, [found], paths);
      const { properties } = object ?? { properties: {} };
      return {
        id: found.id,
        annotation: text(properties["config.annotation"]) ?? "",
        poweredOn: text(properties["runtime.powerState"]) === "poweredOn",
        host: reference(properties["runtime.host"])?.id ?? null,
      };
    }, signal);
  }

  /** Makes a VM. @returns as result its reference. @throws AffinityError VCENTER_TASK_FAILED, VCENTER_FAULT */
  async create(draft: MachineDraft, datastoreName: string, options: TaskOptions = {}): Promise<EndedTask> {
    const folder = await this.folderOf(draft.cluster, options.signal);
    const config = configOf(draft, datastoreName);
    const task = await this.session.act(
      (invoke) => invoke("CreateVM_Task", folder, { config, ...placeOf(draft) }),
      options.signal,
    );
    return endOfTask(this.session, taskOf(task, "CreateVM_Task"), `making the VM "${draft.name}"`, options);
  }

  /** Clones a VM or template; it stays powered off. @throws AffinityError VCENTER_TASK_FAILED, VCENTER_FAULT */
  async clone(template: string, draft: MachineDraft, options: TaskOptions = {}): Promise<EndedTask> {
    const folder = await this.folderOf(draft.cluster, options.signal);
    const location = { datastore: new Reference("Datastore", draft.datastore), ...placeOf(draft) };
    const spec = { location, template: false, config: { annotation: draft.annotation }, powerOn: false };
    const task = await this.session.act(
      (invoke) => invoke("CloneVM_Task", machine(template), { folder, name: draft.name, spec }),
      options.signal,
    );
    return endOfTask(this.session, taskOf(task, "CloneVM_Task"), `cloning ${template} as "${draft.name}"`, options);
  }

  /** @throws AffinityError VCENTER_TASK_FAILED where the host or the pool can't take it */
  async powerOn(id: string, host: string, options: TaskOptions = {}): Promise<EndedTask> {
    const task = await this.session.act(
      (invoke) => invoke("PowerOnVM_Task", machine(id), { host: new Reference("HostSystem", host) }),
      options.signal,
    );
    return endOfTask(this.session, taskOf(task, "PowerOnVM_Task"), `powering ${id} on`, options);
  }

  /** Removes a VM with its files, whether it runs or not. @throws AffinityError VCENTER_TASK_FAILED */
  async remove({ id, poweredOn }: FoundMachine, options: TaskOptions = {}): Promise<void> {
    if (poweredOn) {
      const off = await this.session.act((invoke) => invoke("PowerOffVM_Task", machine(id), {}), options.signal);
      await waitForTask(this.session, taskOf(off, "PowerOffVM_Task"), `powering ${id} off`, options);
    }
    const task = await this.session.act((invoke) => invoke("Destroy_Task", machine(id), {}), options.signal);
    await waitForTask(this.session, taskOf(task, "Destroy_Task"), `removing the VM ${id}`, options);
  }

  /**
   * Waits for the tasks under way on the root VM folder and on a template: a VM that a run which is gone was making may
   * appear only now.
   */
  async settle(cluster: string, template: string | null, options: TaskOptions = {}): Promise<void> {
    const objects = [await this.folderOf(cluster, options.signal), ...(template === null ? [] : [machine(template)])];
    for (const object of objects) {
      const [found] = await this.session.read(
        (invoke, content) => retrieveProperties(invoke, content, [object], ["recentTask"]),
        options.signal,
      );
      for (const id of referenceIds(found?.properties.recentTask)) {
        await waitForTask(this.session, new Reference("Task", id), `the task ${id}`, options).catch(
          (error: unknown) => {
            if (!(error instanceof AffinityError) || error.code !== "VCENTER_TASK_FAILED") throw error;
          },
        );
      }
    }
  }

  /** The root VM folder of the datacenter that a cluster is in. */
  private folderOf(cluster: string, signal?: AbortSignal): Promise<Reference> {
    return this.session.read(async (invoke, content) => {
      let here: Reference | null = new Reference("ClusterComputeResource", cluster);
      // Folders nest, but not for ever: a bound, should the answer hold a cycle.
      for (let depth = 0; here && depth < 100; depth++) {
        const path: string = here.type === "Datacenter" ? "vmFolder" : "parent";
        const [found] = await retrieveProperties(invoke, content, [here], [path]);
        const next: Reference | null = reference(found?.properties[path]);
        if (next && path === "vmFolder") return next;
        here = next;
      }
      throw new AffinityError({
        code: "VCENTER_ANSWER_INVALID",
        message: `no datacenter with a VM folder can be seen above ${cluster}`,
        hint: "the user needs System.View on the datacenter and its folders",
      });
    }, signal);
  }
}

const placeOf = ({ pool, host }: MachineDraft) => ({
  pool: new Reference("ResourcePool", pool),
  host: new Reference("HostSystem", host),
});

/** The order of the elements is the schema's. */
const configOf = (draft: MachineDraft, datastoreName: string): Parameter => ({
  name: draft.name,
  guestId: "otherGuest64",
  annotation: draft.annotation,
  files: { vmPathName: `[${datastoreName}]` },
  numCPUs: draft.vcpus,
  memoryMB: draft.memoryMib,
  deviceChange: draft.disk ? devicesOf(draft.disk, datastoreName) : [],
});

/** A thick disk behind a controller of its own: its room is taken from the datastore at once. */
const devicesOf = ({ gib, eagerlyZeroed }: NonNullable<MachineDraft["disk"]>, datastoreName: string): Parameter => [
  {
    operation: "add",
    device: { _typeName: "ParaVirtualSCSIController", key: CONTROLLER, busNumber: 0, sharedBus: "noSharing" },
  },
  {
    operation: "add",
    fileOperation: "create",
    device: {
      _typeName: "VirtualDisk",
      key: CONTROLLER - 1,
      backing: {
        _typeName: "VirtualDiskFlatVer2BackingInfo",
        fileName: `[${datastoreName}]`,
        diskMode: "persistent",
        thinProvisioned: false,
        eagerlyScrub: eagerlyZeroed,
      },
      controllerKey: CONTROLLER,
      unitNumber: 0,
      capacityInKB: gib * GIB_IN_KIB,
    },
  },
];
