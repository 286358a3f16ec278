import { reconcile } from "../../provider/reconcile/reconcile";
import type { Settings } from "../../provider/settings";

/** What the parent wants done. */
export interface ActorOrder {
  readonly settings: Settings;
  /** Seconds by which the machine's clock is wrong, and the milliseconds after which it becomes so. */
  readonly clock?: { readonly shiftSeconds: number; readonly afterMs: number };
}

export interface ActorReport {
  readonly findings?: readonly {
    readonly class: string;
    readonly outcome: string;
    readonly detail: string;
    readonly text: string;
  }[];
  /** What it threw: its code, or null where it is no error of ours. */
  readonly error?: { readonly code: string | null; readonly text: string };
}

/** One `apply`. */
export async function act(settings: Settings): Promise<ActorReport> {
  try {
    const findings = await reconcile(settings, { dryRun: false, now: () => Math.floor(Date.now() / 1000) });
    return { findings };
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    const ours = error instanceof Error && error.name === "AffinityError" && typeof code === "string";
    return { error: { code: ours ? code : null, text: String(error instanceof Error ? error.stack : error) } };
  }
}

/** The clock as this process sees it, moved: `Date.now()` and `new Date()`. */
function moveClock(shiftSeconds: number): void {
  const RealDate = Date;
  const real = RealDate.now.bind(RealDate);
  const now = () => real() + shiftSeconds * 1000;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: unknown[]) => Reflect.construct(target, args.length === 0 ? [now()] : args) as object,
    get: (target, key, receiver) => (key === "now" ? now : (Reflect.get(target, key, receiver) as unknown)),
  });
}

// Run as a process of its own, so that it can be killed at any instant.
if (require.main === module) {
  process.once("message", (order: ActorOrder) => {
    if (order.clock) {
      const { shiftSeconds, afterMs } = order.clock;
      if (afterMs === 0) moveClock(shiftSeconds);
      else setTimeout(() => moveClock(shiftSeconds), afterMs);
    }
    void act(order.settings).then((report) => process.send!(report, () => process.exit(0)));
  });
  process.send!("ready");
}
