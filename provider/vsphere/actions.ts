import { AffinityError } from "../../engine/errors";
import { type ClockReading, readClock } from "../../engine/telemetry/clock";
import { MachineActions } from "./machines";
import { PoolActions } from "./pools";
import { retrieveProperties } from "./properties";
import { type RelocateOptions, relocateSpec } from "./relocate-spec";
import { type FoundRule, ruleSpec, rulesIn, type VmRule } from "./rules";
import { ScheduledTasks } from "./scheduled-tasks";
import { SERVICE_INSTANCE, type VcenterSession } from "./session";
import { faultText, taskOf, type TaskOptions, waitForTask } from "./tasks";
import { list, type Parameter, Reference, reference, referenceIds, text, type Tree } from "./values";

export interface About {
  readonly name: string;
  /** Of the product, such as 8.0.3. */
  readonly version: string;
  readonly build: string;
  /** Of the API, such as 8.0.3.0. */
  readonly apiVersion: string;
  readonly instanceUuid: string | null;
}

export type MovePriority = "lowPriority" | "defaultPriority" | "highPriority";

const machine = (id: string) => new Reference("VirtualMachine", id);
const clusterResource = (id: string) => new Reference("ClusterComputeResource", id);

/**
 * What this package changes in a vCenter, and the questions around it. vCenter refuses less than one thinks (and its
 * simulator nothing): constraints are the planner's business, before the call.
 */
export class VcenterActions {
  /** What the vCenter is to do by itself, later. */
  readonly scheduled: ScheduledTasks;
  readonly pools: PoolActions;
  readonly machines: MachineActions;

  constructor(private readonly session: VcenterSession) {
    this.scheduled = new ScheduledTasks(session);
    this.pools = new PoolActions(session);
    this.machines = new MachineActions(session);
  }

  /** Name and versions. */
  about(signal?: AbortSignal): Promise<About> {
    return this.session.read(async (_invoke, content) => {
      const field = (name: string) => text(content.tree, "about", name);
      return {
        name: field("fullName") ?? field("name") ?? "vCenter",
        version: field("version") ?? "unknown",
        build: field("build") ?? "unknown",
        apiVersion: field("apiVersion") ?? "unknown",
        instanceUuid: field("instanceUuid"),
      };
    }, signal);
  }

  /** vCenter's clock beside this machine's. */
  clock(signal?: AbortSignal): Promise<ClockReading> {
    return this.session.read(async (invoke) => {
      const asked = Date.now();
      const said = text(await invoke("CurrentTime", SERVICE_INSTANCE)) ?? "";
      return readClock(asked, Date.now(), Date.parse(said));
    }, signal);
  }

  /** Of the privileges named (such as Resource.HotMigrate), those that the user lacks on the root folder. */
  async checkPrivileges(privileges: readonly string[], signal?: AbortSignal): Promise<string[]> {
    const granted = await this.session.read(
      (invoke, content) =>
        invoke("HasPrivilegeOnEntity", content.service("authorizationManager"), {
          entity: content.service("rootFolder"),
          sessionId: this.session.key(),
          privId: privileges,
        }),
      signal,
    );
    const answers = Array.isArray(granted) ? (granted as readonly Tree[]) : [granted];
    return privileges.filter((_, index) => text(answers[index]) !== "true");
  }

  /** The host a VM runs on, as vCenter has it now. */
  async hostOf(vm: string, signal?: AbortSignal): Promise<string | null> {
    return reference((await this.properties(machine(vm), ["runtime.host"], signal))["runtime.host"])?.id ?? null;
  }

  /** Ids of the datastores that the VM uses, as vCenter has it now. */
  async datastoresOf(vm: string, signal?: AbortSignal): Promise<string[]> {
    return referenceIds((await this.properties(machine(vm), ["datastore"], signal)).datastore);
  }

  /** Waits until no task that is under way touches the VM: one that a run which is gone began, or somebody else. */
  async settle(vm: string, options: TaskOptions = {}): Promise<void> {
    const found = await this.properties(machine(vm), ["recentTask"], options.signal);
    for (const id of referenceIds(found.recentTask)) {
      // How it ended is not asked for: what counts is where the VM runs afterwards.
      await waitForTask(this.session, new Reference("Task", id), `the task ${id} of ${vm}`, options).catch(
        (error: unknown) => {
          if (!(error instanceof AffinityError) || error.code !== "VCENTER_TASK_FAILED") throw error;
        },
      );
    }
  }

  /**
   * What vCenter holds against moving the VM to the host; empty if nothing.
   * @throws AffinityError VCENTER_FAULT, VCENTER_TASK_FAILED and those of any call.
   */
  async checkRelocate(vm: string, host: string, options: RelocateOptions = {}): Promise<string[]> {
    const spec = await this.relocateSpec(vm, host, options);
    const task = await this.session.read(
      (invoke, content) =>
        invoke("CheckRelocate_Task", content.service("vmProvisioningChecker"), { vm: machine(vm), spec }),
      options.signal,
    );
    const result = await waitForTask(
      this.session,
      taskOf(task, "CheckRelocate_Task"),
      `the check of ${vm} for ${host}`,
      options,
    );
    return list(result, "CheckResult").flatMap((check) => list(check, "error").map(faultText));
  }

  /**
   * Moves a VM to a host (vMotion where it runs), checked before and verified after.
   * @throws AffinityError VCENTER_RELOCATE_REFUSED with all of vCenter's objections, before anything is moved;
   * VCENTER_TASK_FAILED; VCENTER_RELOCATE_UNVERIFIED if the VM is elsewhere in the end.
   */
  async relocate(
    vm: string,
    host: string,
    priority: MovePriority = "defaultPriority",
    options: RelocateOptions = {},
  ): Promise<void> {
    const objections = await this.checkRelocate(vm, host, options);
    if (objections.length > 0) {
      throw new AffinityError({
        code: "VCENTER_RELOCATE_REFUSED",
        message: `vCenter would not move ${vm} to ${host}`,
        hint: "nothing was moved; plan anew, for the cluster has changed",
        problems: objections.map((message) => ({ path: vm, message })),
      });
    }
    const spec = await this.relocateSpec(vm, host, options);
    const task = await this.session.act(
      (invoke) => invoke("RelocateVM_Task", machine(vm), { spec, priority }),
      options.signal,
    );
    await waitForTask(this.session, taskOf(task, "RelocateVM_Task"), `moving ${vm} to ${host}`, options);
    const now = await this.hostOf(vm, options.signal);
    if (now !== host) throw unverified(vm, host, `it runs on ${now ?? "no host"}`);
    if (options.datastore === undefined) return;
    const stores = await this.datastoresOf(vm, options.signal);
    if (stores.includes(options.datastore)) return;
    throw unverified(vm, `${host} and ${options.datastore}`, `its disks are on ${stores.join(", ") || "no datastore"}`);
  }

  /**
   * Adds a rule between VMs to a cluster.
   * @returns the key that vCenter gave it.
   * @throws AffinityError VCENTER_TASK_FAILED, for one if the name is taken.
   */
  async addRule(cluster: string, rule: VmRule, options: TaskOptions = {}): Promise<number> {
    const info = ruleSpec(rule);
    await this.reconfigure(cluster, { operation: "add", info }, `adding the rule "${rule.name}"`, options);
    const key = (await this.rules(cluster, options.signal)).find((found) => found.name === rule.name)?.key;
    if (key !== undefined) return key;
    throw new AffinityError({
      code: "VCENTER_ANSWER_INVALID",
      message: `vCenter reported the rule "${rule.name}" as added, but ${cluster} has none of that name`,
      hint: "look at the cluster's rules before you try again",
    });
  }

  /**
   * Gives the rule with this key another form; its key stays.
   * @throws AffinityError VCENTER_TASK_FAILED, for one if there is no such rule.
   */
  async editRule(cluster: string, key: number, rule: VmRule, options: TaskOptions = {}): Promise<void> {
    const info = ruleSpec(rule, key);
    await this.reconfigure(cluster, { operation: "edit", info }, `changing the rule "${rule.name}"`, options);
  }

  /** Removes the rule with this key. @throws AffinityError VCENTER_TASK_FAILED, for one if there is none. */
  async removeRule(cluster: string, key: number, options: TaskOptions = {}): Promise<void> {
    const spec = { operation: "remove", removeKey: { _typeName: "xsd:int", _value: key } };
    await this.reconfigure(cluster, spec, `removing rule ${key}`, options);
  }

  private async reconfigure(cluster: string, rule: Parameter, what: string, options: TaskOptions): Promise<void> {
    const task = await this.session.act(
      (invoke) =>
        invoke("ReconfigureComputeResource_Task", clusterResource(cluster), {
          spec: { _typeName: "ClusterConfigSpecEx", rulesSpec: [rule] },
          modify: true,
        }),
      options.signal,
    );
    await waitForTask(this.session, taskOf(task, "ReconfigureComputeResource_Task"), `${what} in ${cluster}`, options);
  }

  /** The rules between VMs that the cluster has now. */
  async rules(cluster: string, signal?: AbortSignal): Promise<FoundRule[]> {
    const found = await this.properties(clusterResource(cluster), ["configurationEx"], signal);
    return rulesIn(found.configurationEx);
  }

  /** See relocate-spec. */
  relocateSpec(vm: string, host: string, options: RelocateOptions = {}): Promise<Parameter> {
    return relocateSpec(this.session, vm, host, options);
  }

  private async properties(object: Reference, paths: string[], signal?: AbortSignal): Promise<Record<string, Tree>> {
    const [found] = await this.session.read(
      (invoke, content) => retrieveProperties(invoke, content, [object], paths),
      signal,
    );
    return found?.properties ?? {};
  }
}

const unverified = (vm: string, where: string, otherwise: string) =>
  new AffinityError({
    code: "VCENTER_RELOCATE_UNVERIFIED",
    message: `vCenter reported ${vm} moved to ${where}, but ${otherwise}`,
    hint: "DRS or somebody else may have moved it on; plan anew",
  });
