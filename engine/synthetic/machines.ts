import { createRandom } from "../random";
import type { CheckedOptions, TimeAxis } from "./options";
import { TIERS, type Tier } from "./tiers";

/** An application: its VMs share one load. */
export interface Application {
  readonly index: number;
  readonly name: string;
  /** Office hours, or evenings and weekends. */
  readonly audience: "office" | "consumer";
  /** Hours that its day is shifted by. */
  readonly phaseHours: number;
  readonly growthPerWeek: number;
}

/** A VM, and what its telemetry is drawn from. */
export interface Machine {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly tier: Tier;
  readonly application: Application;
  readonly vcpus: number;
  readonly memoryMb: number;
  /** Average CPU share (batch: share while the job runs). */
  readonly level: number;
  readonly power: "poweredOn" | "poweredOff" | "suspended";
  readonly template: boolean;
  /** Slot before which it did not exist. */
  readonly bornSlot: number;
  /** Batch: hour of the day (UTC) and length of the job, and the weekday it is bound to (0 is Monday; null: daily). */
  readonly job: { readonly hour: number; readonly hours: number; readonly weekday: number | null };
}

const NAMES = [
  "shop",
  "billing",
  "crm",
  "search",
  "portal",
  "mail",
  "wiki",
  "payroll",
  "stock",
  "claims",
  "fleet",
  "lab",
];
const AVERAGE_SIZE = 20;

/** Applications of very different sizes, each with tiers in the usual proportions. */
export function makeMachines(options: CheckedOptions, axis: TimeAxis): Machine[] {
  const { seed, vms } = options;
  const random = createRandom(seed, "machines");
  const machines: Machine[] = [];
  while (machines.length < vms) {
    const application = makeApplication(seed, Math.max(0, (machines.at(-1)?.application.index ?? -1) + 1));
    const size = Math.min(vms - machines.length, Math.max(5, Math.round(random.logNormal(AVERAGE_SIZE, 0.5))));
    const counts = new Map<string, number>();
    for (const tier of tiersOf(size)) {
      const number = (counts.get(tier.name) ?? 0) + 1;
      counts.set(tier.name, number);
      const index = machines.length;
      const vcpus = random.pick(tier.vcpus);
      machines.push({
        index,
        id: `vm-${2001 + index}`,
        name: `${application.name}-${tier.name}-${String(number).padStart(2, "0")}`,
        tier,
        application,
        vcpus,
        memoryMb: vcpus * tier.memoryMbPerVcpu,
        level: Math.min(0.85, random.logNormal(tier.cpuMedian, tier.cpuSigma)),
        ...lifeOf(index, tier, vms, axis, random.uniform()),
        job: {
          hour: (22 + random.integer(7)) % 24,
          hours: 1 + random.integer(4),
          weekday: random.uniform() < 0.3 ? random.integer(7) : null,
        },
      });
    }
  }
  return machines;
}

function makeApplication(seed: number, index: number): Application {
  const random = createRandom(seed, "application", index);
  const round = Math.floor(index / NAMES.length);
  return {
    index,
    name: `${NAMES[index % NAMES.length]}${round === 0 ? "" : round + 1}`,
    audience: random.uniform() < 0.7 ? "office" : "consumer",
    phaseHours: 0.8 * random.normal(),
    growthPerWeek: 0.01 + 0.02 * random.normal(),
  };
}

/** The tiers of an application of this size, most even first: each next VM goes to the tier that lags most. */
function tiersOf(size: number): Tier[] {
  const counts = new Map(TIERS.map((tier) => [tier, 0]));
  return Array.from({ length: size }, (_, made) => {
    const lag = (tier: Tier) => tier.part * (made + 1) - counts.get(tier)!;
    const next = TIERS.reduce((a, b) => (lag(b) > lag(a) ? b : a));
    counts.set(next, counts.get(next)! + 1);
    return next;
  });
}

/** A few idle VMs are off, suspended or templates, and a few VMs are new. */
function lifeOf(index: number, tier: Tier, vms: number, axis: TimeAxis, draw: number) {
  const state = { power: "poweredOn" as Machine["power"], template: false, bornSlot: 0 };
  if (vms < 20) return state;
  const kind = index % 40;
  if (tier.name === "idle") {
    if (draw < 0.08) return { ...state, power: "poweredOff" as const, template: draw < 0.02 };
    if (draw < 0.1) return { ...state, power: "suspended" as const };
  } else if (kind === 7 && draw < 0.6) {
    // Between twelve hours and four days old: some too young for a forecast of their own.
    const ageHours = 12 + 84 * (draw / 0.6);
    return { ...state, bornSlot: Math.max(0, axis.slots - Math.floor((ageHours * 3600) / axis.step)) };
  }
  return state;
}
