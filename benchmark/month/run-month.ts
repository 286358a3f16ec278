import { Applier } from "./apply";
import { SimulatedClock } from "./clock";
import { SimulatedCluster } from "./cluster";
import { type ReactiveOptions, Reactor } from "./react";
import { Recorder } from "./recorder";
import { type Scenario, STEP } from "./scenario";
import type { MonthOutcome } from "./tally";

export type MonthPolicy =
  | { readonly kind: "none" }
  | { readonly kind: "reactive"; readonly options: ReactiveOptions }
  | { readonly kind: "apply"; readonly journal: string; readonly plan: Record<string, unknown> };

/** Where samples go. */
export type SampleSink = Pick<Recorder, "write">;

/** The month under one policy, which decides every so many slots. */
export function runMonth(scenario: Scenario, policy: MonthPolicy, everySlots: number): Promise<MonthOutcome> {
  const telemetry = recorderOf(scenario);
  return playMonth(scenario, telemetry, everySlots, (cluster, clock, failed) =>
    deciderOf(policy, cluster, telemetry, clock, failed),
  );
}

/** The month under whatever `deciderFor` gives, which is called every so many slots and says what went wrong to `failed`. */
export async function playMonth(
  scenario: Scenario,
  telemetry: SampleSink,
  everySlots: number,
  deciderFor: (cluster: SimulatedCluster, clock: SimulatedClock, failed: (error: unknown) => void) => () => void,
): Promise<MonthOutcome> {
  const clock = new SimulatedClock(scenario.from);
  const cluster = new SimulatedCluster(scenario, clock);
  const first = (scenario.from - scenario.start) / STEP;
  for (let slot = 0; slot < first; slot++) record(telemetry, cluster, slot);
  let failure: { readonly error: unknown } | null = null;
  const failed = (error: unknown) => (failure = { error });
  const decide = deciderFor(cluster, clock, failed);
  for (let slot = first; slot < scenario.slots; slot++) {
    cluster.enter(slot);
    if ((slot - first) % everySlots === 0) decide();
    await clock.advance(scenario.start + (slot + 1) * STEP, (seconds) => cluster.pass(seconds));
    if (failure !== null) throw (failure as { error: unknown }).error;
    record(telemetry, cluster, slot);
  }
  return cluster.tally.outcome((scenario.end - scenario.from) / 86_400);
}

function deciderOf(
  policy: MonthPolicy,
  cluster: SimulatedCluster,
  telemetry: Recorder,
  clock: SimulatedClock,
  failed: (error: unknown) => void,
): () => void {
  if (policy.kind === "none") return () => undefined;
  if (policy.kind === "reactive") {
    const reactor = new Reactor(cluster, telemetry, clock, policy.options);
    return () => reactor.begin();
  }
  const applier = new Applier(cluster, telemetry, clock, policy.journal, policy.plan);
  return () => applier.begin(failed);
}

const HOST_METRICS = ["hostUptimeSeconds", "hostDiskLatencyMs", "hostNetworkErrors", "hostCpuPercent"] as const;

function recorderOf({ snapshot, vms, start, slots }: Scenario): Recorder {
  const hosts = snapshot.hosts.map(({ id }) => id);
  const ids = vms.map(({ id }) => id);
  const kept = {
    vmCpuMhz: ids,
    vmCpuDemandMhz: ids,
    vmMemoryConsumedMb: ids,
    ...Object.fromEntries(HOST_METRICS.map((m) => [m, hosts])),
  };
  return new Recorder(kept, start, STEP, slots);
}

/** What Telegraf writes at the end of a slot: CPU that was given, and ESXi's word on what was asked for; nothing of what is down. */
function record(telemetry: SampleSink, cluster: SimulatedCluster, slot: number): void {
  const { scenario } = cluster;
  const before = scenario.start + slot * STEP < scenario.from;
  if (before) cluster.enter(slot);
  const runs = (v: number) => cluster.state[v] === "running" && !Number.isNaN(scenario.demand[v][slot]);
  const ofVms = (value: (v: number) => number) => scenario.vms.map((_, v) => (runs(v) ? value(v) : Number.NaN));
  const ofHosts = (value: (h: number) => number) => cluster.up.map((up, h) => (up ? value(h) : Number.NaN));
  telemetry.write(
    slot,
    "vmCpuMhz",
    ofVms((v) => Math.round(cluster.demand[v] * cluster.granted(v))),
  );
  telemetry.write(
    slot,
    "vmCpuDemandMhz",
    ofVms((v) => Math.round(cluster.demand[v])),
  );
  telemetry.write(
    slot,
    "vmMemoryConsumedMb",
    ofVms((v) => Math.round(scenario.memory[v][slot])),
  );
  telemetry.write(
    slot,
    "hostUptimeSeconds",
    ofHosts((h) => scenario.start + (slot + 1) * STEP - cluster.upSince[h]),
  );
  telemetry.write(
    slot,
    "hostDiskLatencyMs",
    ofHosts((h) => scenario.signals[h].diskLatency[slot]),
  );
  telemetry.write(
    slot,
    "hostNetworkErrors",
    ofHosts((h) => scenario.signals[h].networkErrors[slot]),
  );
  const share = (h: number) => Math.min(cluster.load[h], cluster.capacity[h]) / scenario.snapshot.hosts[h].cpuMhz!;
  telemetry.write(
    slot,
    "hostCpuPercent",
    ofHosts((h) => 100 * share(h)),
  );
}
