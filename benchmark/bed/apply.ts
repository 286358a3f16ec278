import { readLog } from "../faults/log";
import type { Finding } from "../../provider/reconcile/finding";
import { reconcile } from "../../provider/reconcile/reconcile";
import type { Settings } from "../../provider/settings";
import type { SimulatedClock } from "../month/clock";
import type { SimulatedCluster } from "../month/cluster";
import { atDate } from "./simulated-date";
import type { InfluxWriter } from "./influx-writer";
import type { Positions, SimulatorBed } from "./simulator";

/** What the runs found and what was held against the log, beside the month's own figures. */
export interface RunsTally {
  runs: number;
  /** Of each class and outcome. */
  readonly findings: Record<string, number>;
  /** Moves in the simulator that the log doesn't have as done, and moves of the log that aren't in the simulator. */
  readonly unlogged: string[];
}

/** What `vsphere-affinity apply` calls, at simulated instants, on the simulator; time stands still while it acts. */
export class BedApplier {
  readonly tally: RunsTally = { runs: 0, findings: {}, unlogged: [] };
  private seenActions = 0;

  constructor(
    private readonly bed: SimulatorBed,
    private readonly telemetry: InfluxWriter,
    private readonly settings: Settings,
    private readonly cluster: SimulatedCluster,
    private readonly clock: SimulatedClock,
  ) {}

  begin(failed: (error: unknown) => void): void {
    this.clock.during(() => this.run()).catch(failed);
  }

  private async run(): Promise<void> {
    const { bed, telemetry, settings, clock } = this;
    await telemetry.flush();
    await bed.follow(this.cluster, clock.now);
    const before = await bed.positions();
    const findings = await atDate(clock.now, () =>
      reconcile(settings, { dryRun: false, now: () => Math.floor(clock.now) }),
    );
    this.tally.runs++;
    for (const finding of findings) this.count(finding);
    this.judge(before, await bed.positions());
  }

  /** What moved in the simulator is told to the cluster in the log's order, and held against the log. */
  private judge(before: Positions, after: Positions): void {
    const { scenario } = this.bed;
    const moved = new Map([...after].filter(([id, host]) => before.get(id) !== host));
    const logged = this.loggedMoves();
    for (const id of new Set([...logged.keys(), ...moved.keys()])) {
      const [to, said] = [moved.get(id), logged.get(id)];
      if (to !== said) {
        this.tally.unlogged.push(`${id} went to ${to ?? "no other host"}, and the log says ${said ?? "nothing"}`);
      }
      if (to === undefined) continue;
      const { violations } = this.cluster.tally;
      const host = scenario.snapshot.hosts.findIndex((each) => each.id === to);
      const vm = scenario.vms.findIndex((each) => each.id === id);
      this.cluster.moved(vm, host);
      if (this.cluster.tally.violations > violations) {
        process.stderr.write(`violation: ${id} from ${before.get(id)} to ${to} at ${this.clock.now}\n`);
      }
    }
  }

  private count({ class: what, outcome, detail, text }: Finding): void {
    const key = `${what} ${outcome}`;
    this.tally.findings[key] = (this.tally.findings[key] ?? 0) + 1;
    if (outcome === "failed" || what === "not-judged") process.stderr.write(`${key}: ${detail} ${text}\n`);
  }

  /** Where each VM that the log has moved since the last run went, in the order of the intents. */
  private loggedMoves(): Map<string, string> {
    const news = readLog(`${this.settings.journal}.actions.ndjson`).slice(this.seenActions);
    this.seenActions += news.length;
    return new Map(
      news.flatMap(({ kind, subject, to, result }) =>
        kind === "relocate" && result === "done" && to !== null ? [[subject, to]] : [],
      ),
    );
  }
}
