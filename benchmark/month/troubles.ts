import { createRandom, type Random } from "../../engine/random";

const HOUR = 3600;
const DAY = 86_400;

/** What befalls a host. It knows nothing of any model, and no policy sees it: policies see signals. Epoch seconds. */
export interface Trouble {
  readonly host: number;
  readonly kind: "decline" | "sudden" | "relapse" | "rack" | "false alarm";
  /** When its signals begin to rise; that of the failure where it comes without any. */
  readonly from: number;
  /** When they are at their height. */
  readonly height: number;
  readonly failsAt: number | null;
  /** When the host is up again, or the signals are back to normal. */
  readonly until: number;
  /** Of the rise: 1 is a line, 3 is late and steep. */
  readonly power: number;
  /** Factor on the disk latency, and network errors a sample, at the height; 1 and 0 where it doesn't show there. */
  readonly latency: number;
  readonly errors: number;
  /** Share of the CPU that is lost at the height. */
  readonly throttled: number;
}

export interface TroubleOptions {
  readonly seed: number;
  /** Rack by host. */
  readonly racks: readonly string[];
  /** Epoch seconds. */
  readonly from: number;
  readonly days: number;
  /** Failures of single hosts, per host and day, relapses not counted. */
  readonly failuresPerDay: number;
}

/** Chosen before anything was run: more than half of the failures give notice, as many alarms again are false by a half. */
const DECLINE_SHARE = 0.55;
const FALSE_ALARM_SHARE = 0.5;
/** LANL's records: a host that has failed does so again soon far more often than another. */
const RELAPSE_SHARE = 0.3;
const RELAPSE_DAYS = 1;
/** Failures of a rack's power or switch, per rack and day. */
const RACK_PER_DAY = 1 / 120;

/** All troubles of a period, by host and time; those of one host don't overlap. */
export function drawTroubles({ seed, racks, from, days, failuresPerDay }: TroubleOptions): Trouble[] {
  const end = from + days * DAY;
  const rackFailures = [...new Set(racks)].flatMap((rack) => {
    const random = createRandom(seed, "rack", rack);
    const found: { rack: string; at: number; until: number }[] = [];
    for (
      let at = from + exponential(random, DAY / RACK_PER_DAY);
      at < end;
      at += exponential(random, DAY / RACK_PER_DAY)
    )
      found.push({ rack, at, until: at + random.logNormal(45 * 60, 0.6) });
    return found;
  });
  return racks.flatMap((rack, host) => {
    const random = createRandom(seed, "trouble", host);
    const own = ownTroubles(random, host, from, end, failuresPerDay);
    const shared = rackFailures
      .filter((failure) => failure.rack === rack)
      .map(({ at, until }): Trouble => ({ ...SILENT, host, kind: "rack", from: at, height: at, failsAt: at, until }));
    // A host that is down already has nothing to lose.
    const kept = shared.filter((a) => own.every((b) => a.until < b.from || a.from > b.until));
    return [...own, ...kept].sort((a, b) => a.from - b.from);
  });
}

const SILENT = { power: 1, latency: 1, errors: 0, throttled: 0 };
const exponential = (random: Random, mean: number): number => -mean * Math.log(1 - random.uniform());

function ownTroubles(random: Random, host: number, from: number, end: number, perDay: number): Trouble[] {
  const found: Trouble[] = [];
  const mean = DAY / (perDay * (1 + DECLINE_SHARE * FALSE_ALARM_SHARE));
  for (let at = from + exponential(random, mean); at < end; at += exponential(random, mean)) {
    const draw = random.uniform() * (1 + DECLINE_SHARE * FALSE_ALARM_SHARE);
    const kind = draw < DECLINE_SHARE ? "decline" : draw < 1 ? "sudden" : "false alarm";
    const trouble = troubleAt(random, host, kind, at);
    found.push(trouble);
    at = trouble.until;
    while (trouble.failsAt !== null && random.uniform() < RELAPSE_SHARE) {
      const again = at + exponential(random, RELAPSE_DAYS * DAY);
      const until = again + repairSeconds(random);
      found.push({ ...SILENT, host, kind: "relapse", from: again, height: again, failsAt: again, until });
      at = until;
    }
  }
  return found;
}

function troubleAt(random: Random, host: number, kind: "decline" | "sudden" | "false alarm", at: number): Trouble {
  if (kind === "sudden") {
    const until = at + repairSeconds(random);
    return { ...SILENT, host, kind, from: at, height: at, failsAt: at, until };
  }
  const height = at + random.logNormal(14 * HOUR, 0.8);
  const [onDisk, onNetwork] = random.pick([
    [true, true],
    [true, false],
    [true, false],
    [false, true],
  ] as const);
  const shape = {
    power: 1 + 2 * random.uniform(),
    latency: onDisk ? random.logNormal(6, 0.5) : 1,
    errors: onNetwork ? random.logNormal(4, 0.6) : 0,
    throttled: random.uniform() < 0.3 ? 0.1 + 0.3 * random.uniform() : 0,
  };
  const failsAt = kind === "decline" ? height : null;
  const until = height + (failsAt === null ? random.logNormal(2 * HOUR, 0.7) : repairSeconds(random));
  return { host, kind, from: at, height, failsAt, until, ...shape };
}

/** A reboot for most, parts for the others. */
const repairSeconds = (random: Random): number =>
  random.uniform() < 0.6 ? random.logNormal(25 * 60, 0.5) : random.logNormal(9 * HOUR, 0.8);

/** How far a trouble has gone, 0 to 1; 0 while the host is down, and before and after. */
export function severity({ from, height, failsAt, until, power }: Trouble, at: number): number {
  if (at < from || at >= until || height === from) return 0;
  if (at < height) return ((at - from) / (height - from)) ** power;
  return failsAt === null ? 1 - (at - height) / (until - height) : 0;
}
