import assert from "node:assert/strict";
import {
  cpuHotAddHidesNuma,
  noSnapshotOnMovingVirtualMachine,
  reservationWithinNeed,
  resourceLimitsUnset,
  virtualMachineRightSized,
} from "../../../policies";
import {
  remediateResource,
  testCluster,
  testPlacement,
  testSnapshot,
  testVirtualMachine,
  unknown,
} from "../../../policies/testing";
import { describePolicy } from "../cases";

const elsewhere = { stack: [testCluster("c")] };
const vm = (props: object) => testVirtualMachine("a", { numCpus: 4, memory: 8192, ...props });

describePolicy(virtualMachineRightSized, {
  passes: { stack: [vm({})] },
  fails: { stack: [vm({ numCpus: 64, memory: 65_536 })], says: [/64 vCPUs; at most 32/], at: "a" },
  unknown: { stack: [vm({ numCpus: unknown, memory: unknown })] },
  "doesn't apply": elsewhere,
  "out of proportion": { stack: [vm({ memory: 1024 })], says: [/4 vCPUs and 1 GiB: 0.25 GiB each, not 0.5 to 64/] },
  "sockets that don't divide": { stack: [vm({ numCoresPerSocket: 3 })], says: [/3 cores per socket don't divide/] },
  "a placement's VM": {
    stack: [testPlacement("p", { virtualMachines: [{ name: "b", vcpus: 40, memoryMb: 700 * 1024 }] })],
    says: [/b has 40 vCPUs/, /b has 700 GiB/],
  },
  exempt: { stack: [vm({ numCpus: 64, memory: 65_536 })], config: { exempt: ["a"] } },
});

const greedy = { memoryReservation: 8192, cpuReservation: 5000 };
describePolicy(reservationWithinNeed, {
  passes: { stack: [vm({ memoryReservation: 4096, cpuReservation: 4000 })] },
  fails: { stack: [vm(greedy)], says: [/8192 MB of memory; 4096 are allowed/, /5000 MHz of CPU; 4000/], at: "a" },
  unknown: { stack: [vm({ memoryReservation: unknown, memory: unknown })] },
  "doesn't apply": elsewhere,
  "a device that needs it": { stack: [vm({ ...greedy, pciDeviceIds: ["0000:3b:00.0"] })] },
  "latency that needs it": { stack: [vm({ ...greedy, latencySensitivity: "high" })] },
  "a placement's VM": {
    stack: [
      testPlacement("p", { virtualMachines: [{ name: "b", vcpus: 1, memoryMb: 1000, memoryReservationMb: 501 }] }),
    ],
    says: [/b reserves 501 MB/],
  },
  remediated: { stack: [vm(greedy)], config: { enforcementLevel: "remediate" } },
});

describePolicy(resourceLimitsUnset, {
  passes: { stack: [vm({ cpuLimit: -1 })] },
  fails: { stack: [vm({ cpuLimit: 1000, memoryLimit: 0 })], says: [/cpuLimit of 1000 MHz/, /memoryLimit of 0 MB/] },
  unknown: { stack: [vm({ cpuLimit: unknown })] },
  "doesn't apply": elsewhere,
  exempt: { stack: [vm({ cpuLimit: 1000 })], config: { exempt: ["a"] } },
  remediated: { stack: [vm({ cpuLimit: 1000, memoryLimit: 0 })], config: { enforcementLevel: "remediate" } },
});

describePolicy(cpuHotAddHidesNuma, {
  passes: { stack: [vm({ cpuHotAddEnabled: true })] },
  fails: { stack: [vm({ numCpus: 16, cpuHotAddEnabled: true })], says: [/16 vCPUs and CPU hot add on/] },
  unknown: {
    stack: [vm({ numCpus: unknown, cpuHotAddEnabled: true }), vm({ numCpus: 16, cpuHotAddEnabled: unknown })],
  },
  "doesn't apply": elsewhere,
});

const machine = testVirtualMachine("a", {}, { outputs: { uuid: "u" } });
const snapshot = (uuid: unknown) =>
  testSnapshot("before", { virtualMachineUuid: uuid }, { dependsOn: { virtualMachineUuid: [machine] } });
const moving = (vm: string) => testPlacement("p", { moves: [{ vm, from: "esx-1", to: "esx-2" }] });
describePolicy(noSnapshotOnMovingVirtualMachine, {
  passes: { stack: [machine, snapshot("u"), moving("b")] },
  fails: {
    stack: [machine, snapshot("u"), moving("a")],
    says: [/a has the snapshot before and is planned to move to esx-2/],
    at: "before",
  },
  unknown: { stack: [machine, testSnapshot("before", { virtualMachineUuid: unknown }), moving("a")] },
  "doesn't apply": { stack: [machine, moving("a")] },
  "known by what it depends on": { stack: [machine, snapshot(unknown), moving("a")], says: [/a has the snapshot/] },
  exempt: { stack: [machine, snapshot("u"), moving("a")], config: { exempt: ["a"] } },
});

describe("remediations of capacity", () => {
  it("cap reservations and lift limits, and touch nothing else", async () => {
    const capped = await remediateResource(reservationWithinNeed, vm({ ...greedy, folder: unknown }));
    assert.deepEqual(capped.props, { ...vm({ folder: unknown }).props, memoryReservation: 4096, cpuReservation: 4000 });
    const lifted = await remediateResource(resourceLimitsUnset, vm({ cpuLimit: 1000 }));
    assert.deepEqual(lifted.props, vm({ cpuLimit: -1 }).props);
  });
  it("leave a placement's reservations to the program: its plan rests on them", async () => {
    const placement = testPlacement("p", {
      virtualMachines: [{ name: "b", vcpus: 1, memoryMb: 1000, memoryReservationMb: 999 }],
    });
    assert.equal(await remediateResource(reservationWithinNeed, placement), placement);
  });
  it("leave alone what can't be read", async () => {
    const odd = vm({ cpuLimit: "much" });
    assert.equal(await remediateResource(resourceLimitsUnset, odd), odd);
  });
});
