import assert from "node:assert/strict";
import type { Snapshot } from "../../../engine/snapshot";
import { promise, promisedByOthers, reservationsOf } from "../../../provider/placement/promises";
import { parseInputs } from "../../../provider/placement/inputs";
import { placedVm } from "../../support/plans";

const room = (owner: string, virtualMachine: string, host = "h1") => ({
  owner,
  virtualMachine,
  host,
  vcpus: 2,
  memoryMb: 1024,
});
const snapshotWith = (...names: string[]) =>
  ({ virtualMachines: names.map((name) => ({ name, host: "h1" })) }) as unknown as Snapshot;

describe("room promised to other placements", () => {
  it("is that of earlier checks of this run, before what the journal has of the same owner", () => {
    promise("cluster-1", "a", [room("a", "vm-a", "h2")]);
    const others = promisedByOthers(snapshotWith(), "cluster-1", "me", [room("a", "old"), room("b", "vm-b")]);
    assert.deepEqual(others, [room("a", "vm-a", "h2"), room("b", "vm-b")]);
  });

  it("leaves out one's own, other clusters', and VMs that have been made since", () => {
    promise("cluster-2", "a", [room("a", "vm-a"), room("a", "made")]);
    assert.deepEqual(promisedByOthers(snapshotWith("made"), "cluster-2", "me", [room("me", "mine")]), [
      room("a", "vm-a"),
    ]);
    assert.deepEqual(promisedByOthers(snapshotWith(), "cluster-3", "me", []), []);
  });

  it("is kept for every VM of the placement, with its size", () => {
    const inputs = parseInputs({
      owner: "o",
      cluster: "c",
      virtualMachines: [{ name: "a", vcpus: 4, memoryMb: 2048 }],
    });
    assert.deepEqual(reservationsOf([placedVm("a", "h1"), placedVm("x", "h2")], inputs), [
      { owner: "o", virtualMachine: "a", host: "id-h1", vcpus: 4, memoryMb: 2048 },
    ]);
  });
});
