import { digestOf } from "../../engine/digest";
import { AffinityError } from "../../engine/errors";
import { VimFault } from "./errors";
import { retrieveProperties } from "./properties";
import type { VcenterSession } from "./session";
import { faultText } from "./tasks";
import { at, flag, kindOf, list, type Parameter, Reference, reference, text, type Tree } from "./values";

/** A relocation that vCenter does by itself, once, at an instant. */
export interface TaskDraft {
  /** Unique among all of the vCenter's scheduled tasks; 80 characters at most. */
  readonly name: string;
  readonly description: string;
  /** Id of the VM. */
  readonly vm: string;
  /** Epoch seconds. */
  readonly runAt: number;
  /** A VirtualMachineRelocateSpec, and the priority. */
  readonly spec: Parameter;
  readonly priority: string;
}

/** A scheduled task as the vCenter has it; what is not of our kind is null there. */
export interface FoundTask {
  /** vCenter's own: never given to another task. */
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly vm: string | null;
  /** Of a task that runs once; epoch seconds. */
  readonly runAt: number | null;
  /** Method that it calls, and the host and the datastore that it moves the VM to. */
  readonly method: string | null;
  readonly host: string | null;
  readonly datastore: string | null;
  readonly priority: string | null;
  /** When it ran last; null if it never did. */
  readonly ranAt: number | null;
  readonly state: "queued" | "running" | "success" | "error";
  /** Why it failed; empty where it didn't. */
  readonly error: string;
}

const LONGEST_NAME = 80;
const scheduledTask = (key: string) => new Reference("ScheduledTask", key);

/**
 * vCenter's own scheduler (ScheduledTaskManager; vSphere Web Services API). A task calls RelocateVM_Task when its time
 * comes and checks nothing that the call itself doesn't check.
 */
export class ScheduledTasks {
  constructor(private readonly session: VcenterSession) {}

  /** All that the user may see, whoever made them. */
  async all(signal?: AbortSignal): Promise<FoundTask[]> {
    return this.session.read(async (invoke, content) => {
      const answer = await invoke("RetrieveEntityScheduledTask", content.service("scheduledTaskManager"), {});
      const references = (Array.isArray(answer) ? (answer as readonly Tree[]) : [answer]).flatMap(
        (item) => reference(item) ?? [],
      );
      const found = await retrieveProperties(invoke, content, references, ["info"]);
      return found.flatMap(({ reference: { id }, properties }) => foundTask(id, properties.info) ?? []);
    }, signal);
  }

  /**
   * @returns its key.
   * @throws AffinityError VCENTER_FAULT: DuplicateName where the name is taken, InvalidArgument where its time is past.
   */
  async create(draft: TaskDraft, signal?: AbortSignal): Promise<string> {
    const entity = new Reference("VirtualMachine", draft.vm);
    const answer = await this.session.act(
      (invoke, content) =>
        invoke("CreateScheduledTask", content.service("scheduledTaskManager"), { entity, spec: specOf(draft) }),
      signal,
    );
    const made = reference(answer);
    if (made) return made.id;
    throw new AffinityError({ code: "VCENTER_ANSWER_INVALID", message: "CreateScheduledTask gave no task" });
  }

  /** Gives it another form; its key stays. @throws AffinityError VCENTER_FAULT, InvalidState while it runs. */
  async edit(key: string, draft: TaskDraft, signal?: AbortSignal): Promise<void> {
    await this.session.act(
      (invoke) => invoke("ReconfigureScheduledTask", scheduledTask(key), { spec: specOf(draft) }),
      signal,
    );
  }

  /** One that is gone is as good as removed. @throws AffinityError VCENTER_FAULT, InvalidState while it runs. */
  async remove(key: string, signal?: AbortSignal): Promise<void> {
    try {
      await this.session.act((invoke) => invoke("RemoveScheduledTask", scheduledTask(key)), signal);
    } catch (error) {
      if (!(error instanceof VimFault) || error.fault !== "ManagedObjectNotFound") throw error;
    }
  }
}

/** A name that vCenter takes, one for each owner and VM (id): of a long owner's the end is a digest. */
export function taskName(owner: string, vm: string): string {
  const room = LONGEST_NAME - `affinity  ${vm}`.length;
  const short = owner.length <= room ? owner : `${owner.slice(0, room - 9)}~${digestOf(owner).slice(0, 8)}`;
  return `affinity ${short} ${vm}`;
}

/** The order of the elements is the schema's. */
const specOf = ({ name, description, runAt, spec, priority }: TaskDraft): Parameter => ({
  _typeName: "ScheduledTaskSpec",
  name,
  description,
  enabled: true,
  scheduler: { _typeName: "OnceTaskScheduler", runAt: new Date(runAt * 1000).toISOString() },
  action: {
    _typeName: "MethodAction",
    name: "RelocateVM_Task",
    argument: [
      { value: { _typeName: "VirtualMachineRelocateSpec", ...(spec as Readonly<Record<string, Parameter>>) } },
      { value: { _typeName: "VirtualMachineMovePriority", _value: priority } },
    ],
  },
});

const STATES: readonly FoundTask["state"][] = ["queued", "running", "success", "error"];

function foundTask(key: string, info: Tree): FoundTask | null {
  const name = text(info, "name");
  if (!name) return null;
  const [spec, priority] = list(info, "action", "argument");
  const once = kindOf(at(info, "scheduler")) === "OnceTaskScheduler";
  const entity = reference(info, "entity");
  const error = at(info, "error");
  return {
    key,
    name,
    description: text(info, "description") ?? "",
    enabled: flag(info, "enabled") ?? true,
    vm: entity?.type === "VirtualMachine" ? entity.id : null,
    runAt: once ? seconds(info, "scheduler", "runAt") : null,
    method: text(info, "action", "name"),
    host: reference(spec, "value", "host")?.id ?? null,
    datastore: reference(spec, "value", "datastore")?.id ?? null,
    priority: text(priority, "value"),
    ranAt: seconds(info, "prevRunTime"),
    state: STATES.find((state) => state === text(info, "state")) ?? "queued",
    error: error === undefined ? "" : faultText(error),
  };
}

function seconds(tree: Tree, ...path: readonly string[]): number | null {
  const instant = Date.parse(text(tree, ...path) ?? "");
  return Number.isNaN(instant) ? null : Math.floor(instant / 1000);
}
