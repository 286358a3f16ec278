import assert from "node:assert/strict";
import type { Snapshot } from "../../../engine/snapshot";
import {
  isPromised,
  promise,
  promisedByOthers,
  promisedTo,
  reservationsOf,
  standsBeside,
} from "../../../provider/placement/promises";
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
  ({
    source: { name: "vc" },
    virtualMachines: names.map((name) => ({ name, host: "h1", cluster: "2" })),
  }) as unknown as Snapshot;

describe("room promised to other placements", () => {
  it("is that of earlier checks of this run, before what the journal has of the same owner", () => {
    promise("vc/1", "a", [room("a", "vm-a", "h2")]);
    const others = promisedByOthers(snapshotWith(), "vc/1", "me", [room("a", "old"), room("b", "vm-b")]);
    assert.deepEqual(others, [room("a", "vm-a", "h2"), room("b", "vm-b")]);
  });

  it("leaves out one's own, other clusters', and VMs that have been made since", () => {
    promise("vc/2", "a", [room("a", "vm-a"), room("a", "made")]);
    assert.deepEqual(promisedByOthers(snapshotWith("made"), "vc/2", "me", [room("me", "mine")]), [room("a", "vm-a")]);
    assert.deepEqual(promisedByOthers(snapshotWith(), "vc/3", "me", []), []);
    assert.deepEqual(
      promisedByOthers(snapshotWith("vm-b"), "vc/3", "me", [room("b", "vm-b")]),
      [room("b", "vm-b")],
      "a VM of that name in another cluster is not the one",
    );
  });

  it("lets a shown plan stand beside another if either was planned around the other", () => {
    const [first, second] = [[room("p/s/a", "vm-a")], [room("p/s/b", "vm-b")]];
    promise("vc/4", "p/s/b", second, first);
    assert.ok(standsBeside("vc/4", "p/s/a", { room: first, known: [] }), "b knew a");
    assert.ok(standsBeside("vc/4", "p/s/a", { room: [room("p/s/a", "other")], known: second }), "a knew b");
    assert.ok(!standsBeside("vc/4", "p/s/a", { room: [room("p/s/a", "vm-a", "h2")], known: [] }), "b knew another a");
    assert.ok(standsBeside("vc/4", "p/s/b", { room: second, known: [] }), "it is not beside itself");
  });

  it("remembers an owner in the cluster that it was last planned for", () => {
    promise("vc/5", "p/s/c", [room("p/s/c", "vm-c")]);
    promise("vc/6", "p/s/c", [room("p/s/c", "vm-c")]);
    assert.equal(promisedTo("vc/5", "p/s/c"), null);
    assert.ok(isPromised("p/s/c"));
    assert.ok(!isPromised("p/s/d"));
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
