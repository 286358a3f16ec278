import type { Device, DeviceName } from "../device";
import { openPlainDevice } from "./plain";

/**
 * The device, until it fails for the first time (a lost GPU, a driver's error, memory); from then on the plain loop,
 * the failed job included. Since both give the same bytes nobody can tell but by `name`.
 *
 * An input that breaks the contract fails on both, with the plain loop's error.
 */
export function withFallback(device: Device): Device {
  let current = device;
  const orPlain = async <T>(job: (device: Device) => Promise<T>): Promise<T> => {
    const used = current;
    try {
      return await job(used);
    } catch {
      const plain = openPlainDevice();
      const result = await job(plain);
      // Not before the plain loop succeeded: a wrong input is no failure of the device.
      current = plain;
      return result;
    }
  };
  return {
    get name(): DeviceName {
      return current.name;
    },
    scoreMoves: (input) => orPlain((used) => used.scoreMoves(input)),
    evaluateForest: (input) => orPlain((used) => used.evaluateForest(input)),
    dispose: () => device.dispose(),
  };
}
