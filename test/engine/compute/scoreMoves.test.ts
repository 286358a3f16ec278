import assert from "node:assert/strict";
import fc from "fast-check";
import {
  checkMoveScoring,
  openDevice,
  scoreMovesReference,
  typicalJob,
  type Device,
  type MoveScoring,
} from "../../../engine/compute";
import { anyMoveScoring, assertExact, assertParity } from "./moves";

/** One VM of demand 4 then 10, on host 0 of two; host 1 is empty. Safe is 12, capacity 16. */
function example(): MoveScoring {
  return {
    vms: 1,
    hosts: 2,
    resources: 1,
    slots: 2,
    demand: Float32Array.of(4, 10),
    load: Float32Array.of(10, 18, 5, 9),
    safe: Float32Array.of(12, 12),
    capacity: Float32Array.of(16, 16),
    current: Int32Array.of(0),
  };
}

describe("scoring of moves", () => {
  describe("the reference", () => {
    it("counts demand above safe once and above capacity three times more, the VM's own load not twice", () => {
      // Host 0, where it runs: others 6 and 8; 10 is below 12; 18 is 6 above safe, 2 above capacity: 0 + 6 + 3 × 2.
      // Host 1: 9 is below 12; 19 is 7 above safe, 3 above capacity: 0 + 7 + 3 × 3.
      assert.deepEqual([...scoreMovesReference(example())], [12, 16]);
    });

    it("counts a new VM in full on either host", () => {
      // Host 0: 14 is 2 above safe; 28 is 16 above safe and 12 above capacity, of which 6 and 2 are there already.
      assert.deepEqual([...scoreMovesReference({ ...example(), current: Int32Array.of(-1) })], [2 + 10 + 3 * 10, 16]);
    });

    it("never scores below zero, and zero only where all demand fits", () => {
      fc.assert(
        fc.property(anyMoveScoring(), (input) => {
          scoreMovesReference(input).forEach((score, i) => {
            const vm = Math.floor(i / input.hosts);
            const host = i % input.hosts;
            assert.equal(score > 0, !fits(input, vm, host), `VM ${vm} on host ${host} scores ${score}`);
          });
        }),
      );
    });
  });

  for (const name of ["plain", "cpu", "webasm"] as const) {
    describe(`on ${name}`, () => {
      let device: Device;
      before(async () => {
        ({ device } = await openDevice(name));
      });
      after(() => device.dispose());

      it("gives the reference's bytes", function () {
        this.timeout(60_000);
        return assertParity(device, 150);
      });

      it("keeps concurrent calls of different sizes apart", async () => {
        const jobs = [3, 40, 5, 1200].map((vms) => typicalJob({ vms, hosts: 4, resources: 2, slots: 24 }, vms));
        await Promise.all(jobs.map((job) => assertExact(device, job)));
      });

      it("goes on after an input that breaks the contract", async () => {
        await assert.rejects(device.scoreMoves({ ...example(), demand: Float32Array.of(0.5, 1) }), RangeError);
        await assertExact(device, example());
      });
    });
  }

  describe("the contract", () => {
    const broken: [string, Partial<MoveScoring>, RegExp][] = [
      ["a fraction", { demand: Float32Array.of(4, 0.5) }, /^RangeError: demand\[1\] must be an integer/],
      ["not a number", { load: Float32Array.of(1, NaN, 1, 1) }, /^RangeError: load\[1\] .* not NaN/],
      ["a negative number", { demand: Float32Array.of(-1, 0) }, /^RangeError: demand\[0\]/],
      ["infinity", { capacity: Float32Array.of(16, Infinity) }, /^RangeError: capacity\[1\]/],
      ["2^24", { safe: Float32Array.of(2 ** 24, 1) }, /^RangeError: safe\[0\]/],
      ["too short an array", { safe: Float32Array.of(1) }, /^TypeError: safe must hold 2 numbers, not 1/],
      [
        "a host that isn't there",
        { current: Int32Array.of(2) },
        /^RangeError: current\[0\] is 2, but there are 2 hosts/,
      ],
      ["a size that isn't whole", { vms: 1.5 }, /^RangeError: vms must be an integer/],
      [
        "a score that could reach 2^24",
        { demand: Float32Array.of(2 ** 22, 2 ** 22) },
        /^RangeError: the demand of VM 0/,
      ],
    ];
    for (const [what, change, message] of broken) {
      it(`refuses ${what}`, () => {
        assert.throws(() => checkMoveScoring({ ...example(), ...change }), message);
      });
    }

    it("takes a demand that no host lets reach 2^24", () => {
      const roomy = Float32Array.of(2 ** 23, 2 ** 23);
      checkMoveScoring({ ...example(), demand: Float32Array.of(2 ** 22, 2 ** 22), safe: roomy, capacity: roomy });
    });
  });
});

function fits(
  { resources, slots, demand, load, safe, capacity, current }: MoveScoring,
  vm: number,
  host: number,
): boolean {
  for (let cell = 0; cell < resources * slots; cell++) {
    const d = demand[vm * resources * slots + cell];
    const others = load[host * resources * slots + cell] - (current[vm] === host ? d : 0);
    const limit = host * resources + Math.floor(cell / slots);
    if (d > 0 && others + d > Math.min(safe[limit], capacity[limit])) return false;
  }
  return true;
}
