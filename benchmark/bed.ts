import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Declarations } from "../engine/journal";
import { parseSettings } from "../provider/settings";
import { startInflux1, temporaryFolder } from "../test/testbed";
import { BedApplier, type RunsTally } from "./bed/apply";
import { InfluxWriter } from "./bed/influx-writer";
import { SimulatorBed } from "./bed/simulator";
import { playMonth, runMonth } from "./month/run-month";
import { makeScenario, type Scenario, STEP } from "./month/scenario";
import type { MonthOutcome } from "./month/tally";

const OWNER = "bench/bed/moves";

/**
 * Question: does the `month` benchmark, which plays a cluster without a vCenter, say what the whole of `apply` does on one?
 * Method: the troubles, demand and HA of a `month` scenario, and its judge. Its hosts, VMs and rules are those of govmomi's
 * simulator, sized like the scenario's; its samples go into a real InfluxDB, slot by slot, as Telegraf writes them. Every
 * quarter of an hour of simulated time hosts that failed are disconnected in the simulator, VMs that HA starts elsewhere are
 * registered there, its clock is put forward, and `reconcile` (all that `vsphere-affinity apply` does about declarations) runs
 * against it over SOAP with the product's defaults: lease, log, checks, moves. Afterwards the simulator is asked, by a client
 * that shares no code with the product, where every VM runs: that counts. Time stands still while a run acts, so here a
 * move takes none, and no host fails during one: that is what `month` and `faults` are for. `unlogged`: moves that simulator
 * and log don't have alike. `simulated`: `month`'s apply on the same scenario; `noAction`: HA alone.
 * @param args `--seed 1 --days 2 --hosts 6 --vms 48 --use 0.45 --minutes 15 --failures 0.25`
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: "string", default: "1" },
      days: { type: "string", default: "2" },
      hosts: { type: "string", default: "6" },
      vms: { type: "string", default: "48" },
      use: { type: "string", default: "0.45" },
      minutes: { type: "string", default: "15" },
      failures: { type: "string", default: "0.25" },
    },
  });
  const [seed, days, hosts, vms] = [values.seed, values.days, values.hosts, values.vms].map(Number);
  const [use, minutes, failuresPerDay] = [values.use, values.minutes, values.failures].map(Number);
  const every = Math.round((minutes * 60) / STEP);
  const folder = await mkdtemp(join(await temporaryFolder(), "bed-"));
  const bed = await SimulatorBed.start(makeScenario({ seed, days, hosts, vms, use, failuresPerDay }));
  try {
    const { scenario } = bed;
    const troubles: Record<string, number> = {};
    for (const { kind } of scenario.troubles) troubles[kind] = (troubles[kind] ?? 0) + 1;
    const noAction = await runMonth(scenario, { kind: "none" }, every);
    tell("noAction", noAction);
    const journal = join(folder, "simulated.duckdb");
    const simulated = await runMonth(scenario, { kind: "apply", journal, plan: {} }, every);
    tell("simulated", simulated);
    const began = performance.now();
    const { outcome, runs, findings, unlogged } = await onBed(bed, join(folder, "bed.duckdb"), every);
    const seconds = Math.round((performance.now() - began) / 1000);
    for (const text of unlogged) process.stderr.write(`unlogged: ${text}\n`);
    return {
      ...outcome,
      ...{ unlogged: unlogged.length, runs, findings, seconds, noAction, simulated, troubles },
      ...{ seed, days, hosts, vms: scenario.vms.length, use, minutes, failuresPerDay },
    };
  } finally {
    await bed.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const tell = (name: string, outcome: unknown): boolean => process.stderr.write(`${name}: ${JSON.stringify(outcome)}\n`);

async function onBed(
  bed: SimulatorBed,
  journal: string,
  every: number,
): Promise<RunsTally & { readonly outcome: MonthOutcome }> {
  const { scenario, vcenter } = bed;
  const influx = await startInflux1();
  try {
    const { server, user, password, certificate } = vcenter;
    const settings = parseSettings(
      {
        vcenter: { server, user, password, caFile: certificate },
        telemetry: { influx: { url: influx.url, database: influx.database } },
        journal,
      },
      "the bench",
      {},
    );
    await declare(scenario, journal);
    const telemetry = new InfluxWriter(influx, scenario, scenario.snapshot.source.name);
    let tally: RunsTally | null = null;
    const outcome = await playMonth(scenario, telemetry, every, (cluster, clock, failed) => {
      const applier = new BedApplier(bed, telemetry, settings, cluster, clock);
      tally = applier.tally;
      return () => applier.begin(failed);
    });
    return { ...tally!, outcome };
  } finally {
    await influx.stop();
  }
}

/** A schedule with its defaults, as `pulumi up` leaves it in the journal. */
function declare({ snapshot, cluster }: Scenario, journal: string): Promise<void> {
  const state = { owner: OWNER, cluster };
  return new Declarations(journal).save({
    owner: OWNER,
    kind: "MigrationSchedule",
    cluster: `${snapshot.source.name}/${cluster}`,
    state,
  });
}
