import type { Host } from "../../snapshot/schema";
import type { MetricId } from "../../telemetry/schema";
import type { Lacking } from "../assessment";
import { type HourlyHistory, rowOf } from "../history";
import type { NewestSamples } from "../newest";
import { median } from "../statistics";
import type { HostForecast } from "./host";
import {
  AFTER_RESTART,
  ANNOUNCED,
  BASE_RATE_PER_DAY,
  LOST_ODDS,
  MAX_PROBABILITY,
  MAX_SIGNAL_ODDS,
  NOTABLE_ODDS,
  SILENT_ODDS,
  baseProbability,
  rateAfter,
} from "./rates";
import { bayesFactorBound } from "./rarity";
import { type Deviation, deviations, silentHours, restartAges } from "./signals";

export const FAILURE_METRICS = [
  "hostUptimeSeconds",
  "hostDiskLatencyMs",
  "hostNetworkErrors",
  "hostCpuPercent",
] as const satisfies readonly MetricId[];

/** Those that tell how a host is now. */
export const SIGNAL_METRICS = ["hostDiskLatencyMs", "hostNetworkErrors"] as const satisfies readonly MetricId[];

/** What its absence takes from the model, in the words of the report. CPU only tells planned restarts from others. */
const NAMES: Partial<Record<MetricId, string>> = {
  hostUptimeSeconds: "host uptime",
  hostDiskLatencyMs: "host disk latency",
  hostNetworkErrors: "host network errors",
};

const SILENT_HOURS = 2;
const WEEK_HOURS = 168;

/** Name of these probabilities, beside that of the trained model. */
export const SIGNALS_MODEL = "failure/signals";

export interface FailureAssessment {
  /** Within the horizon, per host; between the base rate and MAX_PROBABILITY. */
  readonly probability: Float64Array;
  readonly evidence: readonly string[];
  readonly lacking: readonly Lacking[];
}

interface Finding {
  readonly odds: number;
  readonly text: string;
}

/**
 * Probability that each host fails within the horizon. The odds of the base rate are multiplied by what each finding
 * makes of them: an unplanned restart, disk latency or network errors above the host's own normal and its peers',
 * silence, a lost connection. Without telemetry a host has the base rate, never zero.
 * @param history hourly host telemetry in the order of `hosts`; null if there is none at all
 * @param trained what the trained model makes of past failures, in the order of `hosts`: it takes the place of the base
 * rate and of the odds after restarts
 * @param newest the last minutes of the hosts' signals, before hourly means know of them
 */
export function assessFailures(
  hosts: readonly Host[],
  history: HourlyHistory | null,
  horizonHours: number,
  trained: HostForecast | null = null,
  newest: NewestSamples["hosts"] | null = null,
): FailureAssessment {
  const findings: Finding[][] = hosts.map(findingsOfState);
  const lacking: Lacking[] = [];
  if (history) {
    const silent = silentHours(history, FAILURE_METRICS);
    addSilence(findings, silent);
    if (!trained) addRestarts(findings, history);
    addDeviations(findings, deviations(history, "hostDiskLatencyMs", 0.1, newest), latencyText);
    addDeviations(findings, deviations(history, "hostNetworkErrors", 1, newest), errorsText);
    lacking.push(...missing(hosts, history, silent));
  } else if (hosts.length > 0) {
    lacking.push(withoutTelemetry(hosts));
  }
  const base = baseProbability(horizonHours, history ? rateOf(history) : undefined);
  const probability = Float64Array.from(findings, (list, host) => {
    const before = Math.min(MAX_PROBABILITY, trained?.probability[host] ?? base);
    const odds = list.reduce((product, finding) => product * finding.odds, before / (1 - before));
    return Math.min(MAX_PROBABILITY, odds / (1 + odds));
  });
  const evidence = findings.map((list, host) =>
    [...(trained?.evidence[host] ? [trained.evidence[host]] : []), ...list.map(({ text }) => text)].join("; "),
  );
  return { probability, evidence, lacking };
}

/** Never below the rate of other people's clusters: two quiet weeks say little. */
function rateOf(history: HourlyHistory): number {
  let [failures, hostHours] = [0, 0];
  history.entities.forEach((_, host) => {
    const ages = restartAges(history, host);
    failures += ages.filter((age, k) => k === 0 || ages[k - 1] - age > WEEK_HOURS).length;
    hostHours += rowOf(history, "hostUptimeSeconds", host).filter((value) => !Number.isNaN(value)).length;
  });
  return Math.max(BASE_RATE_PER_DAY, rateAfter(failures, hostHours / 24));
}

function findingsOfState(host: Host): Finding[] {
  if (host.connection === "connected") return [];
  return [
    { odds: LOST_ODDS, text: host.connection === "notResponding" ? "it does not respond" : "it is disconnected" },
  ];
}

function addSilence(findings: Finding[][], silent: readonly (number | null)[]): void {
  const known = silent.filter((hours) => hours !== null);
  const usual = known.length ? median(known) : 0;
  silent.forEach((hours, host) => {
    if (hours === null || hours - usual < SILENT_HOURS) return;
    findings[host].push({ odds: SILENT_ODDS, text: `no telemetry for ${hours} h while its peers report` });
  });
}

function addRestarts(findings: Finding[][], history: HourlyHistory): void {
  findings.forEach((list, host) => {
    const ages = restartAges(history, host);
    const age = ages.at(-1);
    const band = age === undefined ? undefined : AFTER_RESTART.find(({ withinHours }) => age <= withinHours);
    if (!band) return;
    const times = ages.length > 1 ? `${ages.length} restarts, the last` : "restarted";
    list.push({ odds: band.odds, text: `${times} ${age} h ago without having been emptied` });
  });
}

function addDeviations(
  findings: Finding[][],
  measured: readonly (Deviation | null)[],
  text: (deviation: Deviation) => string,
): void {
  measured.forEach((deviation, host) => {
    if (!deviation) return;
    const odds = Math.min(MAX_SIGNAL_ODDS, oddsOf(deviation.p));
    if (odds >= NOTABLE_ODDS) findings[host].push({ odds, text: text(deviation) });
  });
}

/** Only some failures give notice: the others look as healthy hosts do. */
const oddsOf = (p: number): number => ANNOUNCED * bayesFactorBound(p) + (1 - ANNOUNCED);

const latencyText = ({ recent, usual }: Deviation) =>
  `disk latency ${recent.toFixed(1)} ms, usually ${usual.toFixed(1)} ms, beyond what its peers show`;
const errorsText = ({ recent, usual }: Deviation) =>
  `${recent.toFixed(1)} network errors a sample, usually ${usual.toFixed(1)}, beyond what its peers show`;

function withoutTelemetry(hosts: readonly Host[]): Lacking {
  return {
    what: "host telemetry",
    subjects: hosts.map((host) => host.name),
    fallback: `the base rate of ${BASE_RATE_PER_DAY} failures per host and day`,
  };
}

function missing(hosts: readonly Host[], history: HourlyHistory, silent: readonly (number | null)[]): Lacking[] {
  const none = hosts.filter((_, host) => silent[host] === null);
  const lacking = none.length ? [withoutTelemetry(none)] : [];
  for (const metric of FAILURE_METRICS) {
    const what = NAMES[metric];
    const without = hosts.filter((_, host) => silent[host] !== null && history.coverage[metric]?.[host] === 0);
    if (!what || without.length === 0) continue;
    lacking.push({
      what,
      subjects: without.map((host) => host.name),
      fallback: "the host's risk rests on its other signals",
    });
  }
  return lacking;
}
