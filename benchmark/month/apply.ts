import { openJournal } from "../../engine/journal";
import { actionLogOf, logged } from "../../provider/acting";
import type { MoveActing } from "../../provider/execution/move";
import { parseInputs, type ScheduleInputs } from "../../provider/schedule/inputs";
import { runDue } from "../../provider/schedule/lifecycle";
import { planSchedule } from "../../provider/schedule/plan";
import { rateLeft } from "../../provider/schedule/rate-limit";
import { parseSettings, type Settings } from "../../provider/settings";
import type { SimulatedClock } from "./clock";
import type { SimulatedCluster } from "./cluster";
import type { Recorder } from "./recorder";

const OWNER = "bench/month/moves";

/**
 * What `vsphere-affinity apply` does for a MigrationSchedule, with its own code: the plan and its due waves, each move
 * settled, checked, written down, done and verified. Only the inventory, the telemetry and the vMotions are the
 * simulation's, and the clock.
 */
export class Applier {
  private readonly settings: Settings;
  private readonly inputs: ScheduleInputs;
  private readonly acting: MoveActing;
  /** While a run acts, the next one leaves: it would find the lease held. */
  private running = false;
  skipped = 0;

  constructor(
    private readonly cluster: SimulatedCluster,
    private readonly telemetry: Recorder,
    private readonly clock: SimulatedClock,
    journal: string,
    plan: Record<string, unknown>,
  ) {
    const { scenario } = cluster;
    this.settings = parseSettings({ inventory: "simulated", journal, plan }, "the bench", {});
    this.inputs = parseInputs({ owner: OWNER, cluster: scenario.cluster });
    const log = actionLogOf(journal);
    const rowOf = new Map(scenario.vms.map(({ id }, v) => [id, v]));
    const hostOf = new Map(scenario.snapshot.hosts.map(({ id }, h) => [id, h]));
    const now = () => Math.floor(clock.now);
    this.acting = {
      actions: {
        settle: () => Promise.resolve(),
        datastoresOf: () => Promise.resolve([]),
        hostOf: (vm) => Promise.resolve(scenario.snapshot.hosts[cluster.at[rowOf.get(vm)!]].id),
        relocate: (vm, host) => clock.asleep(cluster.move(rowOf.get(vm)!, hostOf.get(host)!)),
      },
      // Each move waits for the disk as well as for the clock; between its steps nothing but promises is told.
      logged: (what, act) => {
        const cluster = `${scenario.snapshot.source.name}/${what.cluster}`;
        return clock.during(() => logged(log, { ...what, cluster, owner: OWNER }, act, now));
      },
    };
  }

  /** Begins a run; time goes by while its VMs move. */
  begin(failed: (error: unknown) => void): void {
    if (this.running) {
      this.skipped++;
      return;
    }
    this.running = true;
    this.run()
      .catch(failed)
      .finally(() => (this.running = false));
  }

  private async run(): Promise<void> {
    const { settings, inputs, telemetry } = this;
    const world = {
      snapshot: this.cluster.snapshot(),
      telemetry,
      models: null,
      journal: openJournal(settings.journal),
    };
    const now = () => Math.floor(this.clock.now);
    const key = `${world.snapshot.source.name}/${this.cluster.scenario.cluster}`;
    const mayBegin = (moves: number) =>
      this.clock.during(async () => (await rateLeft(settings, key, now())).left >= moves);
    const planned = await this.clock.during(() => planSchedule(inputs, settings, world, now()));
    if (planned.due > 0) await runDue(this.acting, inputs, planned, { now, mayBegin });
  }
}
