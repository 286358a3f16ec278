/**
 * Runs `work` while `Date` says `seconds` (epoch) and goes on from there as the machine's clock does: the product asks it
 * when it writes down, leases and compares. Timers go by the machine.
 */
export async function atDate<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  const RealDate = Date;
  const began = RealDate.now();
  const now = () => Math.floor(seconds * 1000) + RealDate.now() - began;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: unknown[]) => Reflect.construct(target, args.length === 0 ? [now()] : args) as object,
    get: (target, key, receiver) => (key === "now" ? now : (Reflect.get(target, key, receiver) as unknown)),
  });
  try {
    return await work();
  } finally {
    globalThis.Date = RealDate;
  }
}
