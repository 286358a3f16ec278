import assert from "node:assert/strict";
import fc from "fast-check";
import {
  extremeJob,
  scoreMovesReference,
  typicalJob,
  type Device,
  type JobSize,
  type MoveScoring,
} from "../../../engine/compute";

/** Any input that keeps the contract, small enough to read when a property shrinks to it. */
export function anyMoveScoring(): fc.Arbitrary<MoveScoring> {
  const size = fc.record({
    vms: fc.integer({ min: 0, max: 9 }),
    hosts: fc.integer({ min: 0, max: 5 }),
    resources: fc.integer({ min: 0, max: 3 }),
    slots: fc.integer({ min: 0, max: 5 }),
  });
  return size.chain(({ vms, hosts, resources, slots }) => {
    const largest = Math.floor((2 ** 24 - 1) / 4 / Math.max(1, resources * slots));
    const numbers = (length: number, max: number) =>
      fc
        // Small numbers too, so that demands, rooms and limits often meet.
        .array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max })), {
          minLength: length,
          maxLength: length,
        })
        .map((values) => Float32Array.from(values));
    return fc.record({
      vms: fc.constant(vms),
      hosts: fc.constant(hosts),
      resources: fc.constant(resources),
      slots: fc.constant(slots),
      demand: numbers(vms * resources * slots, largest),
      load: numbers(hosts * resources * slots, 2 ** 24 - 1),
      safe: numbers(hosts * resources, 2 ** 24 - 1),
      capacity: numbers(hosts * resources, 2 ** 24 - 1),
      current: fc
        .array(fc.integer({ min: -1, max: hosts - 1 }), { minLength: vms, maxLength: vms })
        .map((hostOf) => Int32Array.from(hostOf)),
    });
  });
}

/** Larger shapes, with remainders at every width at which devices split their work. */
export const SHAPES: readonly JobSize[] = [
  { vms: 4099, hosts: 3, resources: 2, slots: 24 },
  { vms: 2, hosts: 96, resources: 2, slots: 24 },
  { vms: 130, hosts: 33, resources: 4, slots: 7 },
  { vms: 3, hosts: 2, resources: 1, slots: 2016 },
];

export async function assertExact(device: Device, input: MoveScoring): Promise<void> {
  const actual = await device.scoreMoves(input);
  const expected = scoreMovesReference(input);
  assert.equal(actual.constructor, Float32Array);
  assert.ok(bytes(actual).equals(bytes(expected)), `${device.name}: ${actual.join()} instead of ${expected.join()}`);
}

export async function assertParity(device: Device, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(anyMoveScoring(), (input) => assertExact(device, input)),
    { numRuns, seed: 20_240 },
  );
  for (const shape of SHAPES) {
    await assertExact(device, typicalJob(shape, 7));
    await assertExact(device, extremeJob(shape, 7));
  }
}

function bytes(scores: Float32Array): Buffer {
  return Buffer.from(scores.buffer, scores.byteOffset, scores.byteLength);
}
