import { join } from "node:path";
import type { Settings } from "../../../provider/settings";
import { checkStickiness } from "../../../provider/stickiness/check";
import { applyStickiness } from "../../../provider/stickiness/lifecycle";
import type { Scene } from "../scene";
import type { RulesStart, RuleState } from "../start";
import { CLUSTER } from "../cluster";
import type { World } from "../world";

const OWNERS = ["bench/faults/front", "bench/faults/back"];
const MOVES = "bench/faults/moves";

/** Two rules, in states drawn, and a schedule whose moves are due. */
export class RulesScene implements Scene<RulesStart> {
  private templates: Record<string, unknown>[] = [];

  constructor(private readonly world: World) {}

  settings(): Promise<Record<string, unknown>> {
    return Promise.resolve({});
  }

  async clear(): Promise<void> {
    for (const { key, name } of await this.world.rules()) {
      if (name.startsWith("affinity ")) await this.world.removeRule(key);
    }
  }

  async begin(start: RulesStart, settings: Settings): Promise<void> {
    const { world } = this;
    if (this.templates.length === 0) await this.makeTemplates();
    for (const [index, how] of start.rules.entries()) {
      if (how !== "missing") {
        const members = how === "changed" ? world.vms.slice(5, 8) : this.membersOf(index);
        await world.addRule(nameOf(index), members, false);
      }
      const key = (await world.rules()).find(({ name }) => name === nameOf(index))?.key ?? 4242;
      const state = { ...this.templates[index], key, ...over(how) };
      await world.declare(settings, { owner: OWNERS[index], kind: "Stickiness", state });
    }
    const state = {
      cluster: CLUSTER,
      budget: { movesPerRun: 10, movesPerDay: 60, concurrency: start.concurrency },
      onFailure: start.onFailure,
    };
    await world.declare(settings, { owner: MOVES, kind: "MigrationSchedule", state });
  }

  async unsettled(start: RulesStart): Promise<string | null> {
    const rules = await this.world.rules();
    const stand = start.rules.every((how, index) => {
      const own = rules.filter(({ name }) => name === nameOf(index));
      if (how === "unneeded") return own.length === 0;
      return own.length === 1 && own[0].vms.join() === [...this.membersOf(index)].sort().join();
    });
    return stand ? null : "the rules are not as declared";
  }

  async orphans(start: RulesStart | null): Promise<string[]> {
    const rules = (await this.world.rules()).filter(({ name }) => name !== "theirs");
    const ours = new Set(start?.rules.map((_, index) => nameOf(index)));
    const orphans = rules.filter(({ name }) => !ours.has(name)).map(({ name }) => `the rule ${name} is nobody's`);
    for (const [index, how] of start?.rules.entries() ?? []) {
      const own = rules.filter(({ name }) => name === nameOf(index));
      if (how === "unneeded" && own.length > 0) orphans.push(`${own[0].name} is there without a ground`);
      if (own.length > 1) orphans.push(`${own[0].name} is there ${own.length} times`);
    }
    return orphans;
  }

  private membersOf(index: number): string[] {
    return this.world.vms.slice(2 * index, 2 * index + 2);
  }

  /** The states of rules that are needed: made once, for the cases to begin from. */
  private async makeTemplates(): Promise<void> {
    const { world } = this;
    const settings = world.settings(join(world.folder, "template.duckdb"));
    const now = Math.floor(Date.now() / 1000);
    for (const [index, owner] of OWNERS.entries()) {
      const virtualMachines = world.names.slice(2 * index, 2 * index + 2);
      const user = { owner, cluster: CLUSTER, virtualMachines, riskBound: 1e-6, maxHours: 24 };
      this.templates.push({ ...(await applyStickiness({}, await checkStickiness({}, user, settings, now), settings)) });
    }
    await this.clear();
  }
}

const nameOf = (index: number): string => `affinity ${OWNERS[index]}`;

/** What of the declared state differs from that of a rule that was made just now. */
function over(how: RuleState): Record<string, unknown> {
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  if (how === "unneeded") return { riskBound: 0.99, since: ago(5) };
  return how === "expired" ? { since: ago(30), expiresAt: ago(2) } : {};
}
