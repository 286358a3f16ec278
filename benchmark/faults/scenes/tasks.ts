import { Declarations } from "../../../engine/journal";
import type { Settings } from "../../../provider/settings";
import type { Judge } from "../judge";
import type { Scene } from "../scene";
import { settle } from "../settle";
import type { ScheduledTask } from "../soap-client";
import type { TasksStart } from "../start";
import { CLUSTER } from "../cluster";
import type { World } from "../world";

const OWNER = "bench/faults/nightly";
const KIND = "MigrationSchedule";
const OTHERS = "somebody's own";
const HOUR = 3_600_000;

/** A schedule whose window opens in some hours: the vCenter holds its moves as scheduled tasks, beside one of others. */
export class TasksScene implements Scene<TasksStart> {
  constructor(private readonly world: World) {}

  settings(): Promise<Record<string, unknown>> {
    return Promise.resolve({});
  }

  async clear(): Promise<void> {
    for (const { id } of await this.world.client.scheduledTasks())
      await this.world.client.call("RemoveScheduledTask", "ScheduledTask", id);
  }

  async begin({ state }: TasksStart, settings: Settings): Promise<void> {
    const { world } = this;
    const { client } = world;
    await this.addTheirs();
    const hour = new Date(Date.now() + 3 * HOUR).getUTCHours();
    const request = {
      cluster: CLUSTER,
      executor: "vcenter",
      windows: [{ recurrence: `FREQ=DAILY;BYHOUR=${hour};BYMINUTE=0`, durationMinutes: 50 }],
      budget: { movesPerRun: 3, movesPerDay: 60, concurrency: 3 },
    };
    await world.declare(settings, { owner: OWNER, kind: KIND, state: request });
    if (state === "missing") return;
    await settle(settings);
    const [task] = await this.ours();
    if (!task) throw new Error("a case could not be begun: the vCenter holds no task");
    if (state === "undeclared") await new Declarations(settings.journal).withdraw(OWNER, KIND, null);
    if (state === "removed") await client.call("RemoveScheduledTask", "ScheduledTask", task.id);
    if (state === "changed") {
      const moved = task.spec.replace(/<runAt>[^<]*</, `<runAt>${new Date(Date.now() + 9 * HOUR).toISOString()}<`);
      await client.call("ReconfigureScheduledTask", "ScheduledTask", task.id, moved);
    }
    if (state === "ran") {
      await client.call("RunScheduledTask", "ScheduledTask", task.id);
      while ((await world.positions()).get(task.vm) !== task.host) await new Promise((done) => setTimeout(done, 20));
    }
    if (state === "unneeded") {
      // Nothing pays any more: the plan's own wishes for the moves are withdrawn.
      const [{ state: declared }] = await new Declarations(settings.journal).of(world.proxy.address);
      await world.declare(settings, { owner: OWNER, kind: KIND, state: { ...declared, thresholds: { risk: 0.99 } } });
    }
  }

  async unsettled({ state }: TasksStart): Promise<string | null> {
    const held = await this.ours();
    if (state === "unneeded" || state === "ran" || state === "undeclared") return null;
    return held.length > 0 ? null : "the vCenter holds no task";
  }

  async orphans(start: TasksStart | null, judge: Judge): Promise<string[]> {
    const held = await this.ours();
    const there = new Map<string, boolean>();
    for (const { kind, subject, result } of judge.all()) {
      if (result === "done" && kind.endsWith("-task")) there.set(subject, kind !== "remove-task");
    }
    const none = start === null || start.state === "unneeded" || start.state === "undeclared";
    const orphans = held.filter(({ name }) => none || there.get(name) !== true);
    const twice = held.filter(({ vm }, index) => held.findIndex((other) => other.vm === vm) < index);
    // What the vCenter would do when their time comes.
    for (const { vm, host } of held) judge.place(vm, host);
    return [...orphans, ...twice].map(({ name }) => `the scheduled task ${name} is nobody's`);
  }

  /** In the order in which they run. */
  private async ours(): Promise<ScheduledTask[]> {
    const all = await this.world.client.scheduledTasks();
    return all.filter(({ name }) => name.startsWith("affinity ")).sort((a, b) => (a.runAt < b.runAt ? -1 : 1));
  }

  private async addTheirs(): Promise<void> {
    const { client, vms, hosts } = this.world;
    const argument = (type: string, value: string) => `<argument><value xsi:type="${type}">${value}</value></argument>`;
    const spec =
      `<spec xsi:type="ScheduledTaskSpec"><name>${OTHERS}</name><description>not ours</description><enabled>true</enabled>` +
      `<scheduler xsi:type="OnceTaskScheduler"><runAt>${new Date(Date.now() + 20 * HOUR).toISOString()}</runAt></scheduler>` +
      '<action xsi:type="MethodAction"><name>RelocateVM_Task</name>' +
      argument("VirtualMachineRelocateSpec", `<host type="HostSystem">${hosts[2]}</host>`) +
      `${argument("VirtualMachineMovePriority", "defaultPriority")}</action></spec>`;
    const entity = `<entity type="VirtualMachine">${vms[9]}</entity>`;
    await client.call("CreateScheduledTask", "ScheduledTaskManager", "ScheduledTaskManager", `${entity}${spec}`);
  }
}
