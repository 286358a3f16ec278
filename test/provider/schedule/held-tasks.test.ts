import assert from "node:assert/strict";
import type { LoggedAction } from "../../../engine/journal";
import { differencesOf, expectedTasks, type HeldTask, heldIn } from "../../../provider/schedule/held-tasks";
import type { FoundTask } from "../../../provider/vsphere";

const task = (over: Partial<HeldTask> = {}): HeldTask => ({
  name: "affinity p/s/n vm-1",
  key: "schedule-1",
  clusterId: "domain-c1",
  vm: "web-1",
  id: "vm-1",
  from: "esx-1",
  to: "esx-2",
  fromHostId: "host-1",
  toHostId: "host-2",
  datastore: null,
  runAt: 1000,
  priority: "defaultPriority",
  ...over,
});
const found = (over: Partial<FoundTask> = {}): FoundTask => ({
  key: "schedule-1",
  name: task().name,
  description: "",
  enabled: true,
  vm: "vm-1",
  runAt: 1000,
  method: "RelocateVM_Task",
  host: "host-2",
  datastore: null,
  priority: "defaultPriority",
  ranAt: null,
  state: "queued",
  error: "",
  ...over,
});
function action(kind: string, over: Partial<LoggedAction> & { task?: HeldTask } = {}): LoggedAction {
  const { task: about = task(), ...rest } = over;
  const { name, key, ...detail } = about;
  return {
    id: key,
    at: 1,
    cluster: "vc/domain-c1",
    owner: "p/s/n",
    kind,
    subject: name,
    detail,
    outcome: { id: key, at: 2, result: "done", text: "" },
    ...rest,
  };
}
const names = (actions: LoggedAction[], state: HeldTask[] = []) =>
  [...expectedTasks(actions, "p/s/n", "vc", state).values()].map(({ id, toHostId, runAt }) => [id, toHostId, runAt]);
const failed = { id: "x", at: 2, result: "failed", text: "" } as const;

describe("tasks that are an owner's", () => {
  it("are those of its state, and those that a run made whose state was never written", () => {
    assert.deepEqual(names([], [task()]), [["vm-1", "host-2", 1000]]);
    assert.deepEqual(names([action("add-task", { outcome: null })]), [["vm-1", "host-2", 1000]]);
    assert.deepEqual(names([action("add-task", { outcome: failed })]), []);
  });

  it("are as the last run that succeeded left them, whatever an older state says", () => {
    const edited = action("edit-task", { task: task({ runAt: 5000 }) });
    assert.deepEqual(names([action("add-task"), edited], [task()]), [["vm-1", "host-2", 5000]]);
    assert.deepEqual(names([action("add-task"), { ...edited, outcome: failed }], [task()]), [["vm-1", "host-2", 1000]]);
    assert.deepEqual(names([action("add-task"), action("remove-task")], [task()]), []);
    assert.equal(names([action("add-task"), action("remove-task", { outcome: failed })]).length, 1);
  });

  it("are not another owner's, nor in another vCenter", () => {
    assert.deepEqual(names([action("add-task", { owner: "p/s/other" })]), []);
    assert.deepEqual(names([action("add-task", { cluster: "vc-2/domain-c1" })]), []);
    assert.equal(expectedTasks([action("add-task", { owner: "p/s/other" })], null, "vc").size, 1);
  });

  it("are none in a state of another form", () => {
    assert.deepEqual(heldIn({ tasks: [{ name: "x" }] }), []);
    assert.deepEqual(heldIn({}), []);
  });
});

describe("a task in the vCenter", () => {
  it("is as it was made, also where the vCenter keeps no seconds", () => {
    assert.deepEqual(differencesOf(found(), task()), []);
    assert.deepEqual(differencesOf(found({ runAt: 960 }), task()), []);
  });

  it("differs by what somebody changed, in words", () => {
    const changed = { enabled: false, host: "host-3", runAt: 3600, priority: "highPriority", datastore: "datastore-1" };
    assert.deepEqual(differencesOf(found(changed), task()), [
      "it is disabled",
      "it moves to host-3, not host-2",
      "its disks go to datastore-1, not any",
      "it runs at 1970-01-01T01:00:00Z, not 1970-01-01T00:16:40Z",
      "its priority is highPriority, not defaultPriority",
    ]);
    assert.equal(differencesOf(found({ runAt: null, method: "PowerOffVM_Task", vm: null }), task()).length, 3);
  });
});
