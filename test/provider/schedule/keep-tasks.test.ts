import assert from "node:assert/strict";
import { AffinityError } from "../../../engine/errors";
import type { HeldMove } from "../../../engine/planner/schedule";
import type { Acting } from "../../../provider/acting";
import { holdTasks } from "../../../provider/schedule/keep-tasks";
import type { FoundTask, TaskDraft } from "../../../provider/vsphere";

/** A vCenter that takes a task, and whose answer is lost; `wrongly`: it takes it otherwise than asked. */
function acting(wrongly = false) {
  const tasks: FoundTask[] = [];
  const ended: string[] = [];
  const actions = {
    hostOf: () => Promise.resolve("host-1"),
    checkRelocate: () => Promise.resolve([]),
    relocateSpec: () => Promise.resolve({}),
    scheduled: {
      all: () => Promise.resolve(tasks),
      create: ({ name, vm, runAt }: TaskDraft) => {
        tasks.push({
          ...{ key: "schedule-1", name, description: "", enabled: !wrongly, vm, runAt, method: "RelocateVM_Task" },
          ...{ host: "host-2", datastore: null, priority: "lowPriority", ranAt: null, state: "queued", error: "" },
        });
        return Promise.reject(new AffinityError({ code: "VCENTER_UNREACHABLE", message: "the answer was lost" }));
      },
    },
  };
  const logged = async (what: { kind: string }, work: () => Promise<unknown>) => {
    const result = await work();
    ended.push(what.kind);
    return result;
  };
  return { ended, acting: { actions, logged } as unknown as Acting };
}

describe("tasks that the vCenter is to hold", () => {
  const move = { vm: "web-1", id: "vm-1", from: "esx-1", to: "esx-2", fromHostId: "host-1", toHostId: "host-2" };
  const held = { move: { ...move, storage: null, reason: "" }, runAt: 1_800_000_000 } as unknown as HeldMove;
  const holding = { owner: "p/s/n", clusterId: "domain-c1", priority: "lowPriority" };

  it("are held where only the answer was lost", async () => {
    const { acting: one, ended } = acting();
    const { tasks, outcomes } = await holdTasks(one, holding, [held], new Map());
    assert.deepEqual(
      tasks.map(({ key, id }) => [key, id]),
      [["schedule-1", "vm-1"]],
    );
    assert.deepEqual([outcomes, ended], [[], ["add-task"]]);
  });

  it("aren't where the vCenter has them otherwise", async () => {
    const { acting: one, ended } = acting(true);
    const { tasks, outcomes } = await holdTasks(one, holding, [held], new Map());
    assert.deepEqual([tasks, ended], [[], []]);
    assert.deepEqual(
      outcomes.map(({ result, text }) => [result, text]),
      [["failed", "the answer was lost"]],
    );
  });
});
