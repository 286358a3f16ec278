import { type Entry, readLog } from "./log";
import type { Answered, Proxy, Seen } from "./proxy";
import { RESERVED_MB, type Rule, type Start, type World } from "./world";

export interface Judgement {
  violations: string[];
  orphans: string[];
  unlogged: string[];
  doubled: string[];
  /** Actions that the log says went otherwise than they did. */
  wrong: string[];
}

interface Move {
  readonly vm: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Watches one case from beside the product: what passes the proxy, what the simulator then says, and what the log on the
 * disk holds at that instant. It shares no code with what it judges.
 */
export class Judge {
  readonly judgement: Judgement = { violations: [], orphans: [], unlogged: [], doubled: [], wrong: [] };
  readonly moves: Move[] = [];
  private rules: readonly Rule[] = [];
  private readonly positions = new Map<string, string>();
  private readonly mayOverlap: boolean;

  private constructor(
    private readonly world: World,
    private readonly log: string,
    private readonly start: Start,
  ) {
    this.mayOverlap = start.onFailure === "revert";
  }

  static async watch(world: World, log: string, start: Start): Promise<Judge> {
    const judge = new Judge(world, log, start);
    judge.rules = await world.rules();
    for (const [vm, host] of await world.positions()) judge.positions.set(vm, host);
    judge.attach(world.proxy);
    return judge;
  }

  /** What the world and the log must be in the end. */
  async conclude(): Promise<Judgement> {
    const { judgement, world } = this;
    const rules = await world.rules();
    for (const [index, how] of this.start.rules.entries()) {
      const own = rules.filter(({ name }) => name === world.ruleName(index));
      if (how === "unneeded" && own.length > 0) judgement.orphans.push(`${own[0].name} is there without a ground`);
      if (own.length > 1) judgement.orphans.push(`${own[0].name} is there ${own.length} times`);
    }
    const ours = new Set(this.start.rules.map((_, index) => world.ruleName(index)));
    for (const { name } of rules) {
      if (name !== "theirs" && !ours.has(name)) judgement.orphans.push(`the rule ${name} is nobody's`);
    }
    if (!rules.some(({ name }) => name === "theirs")) judgement.violations.push("the rule of others was removed");
    const pools = await world.strayPools();
    if (pools > 0) judgement.orphans.push(`${pools} pools`);
    const positions = await world.positions();
    for (const [vm, host] of this.positions) {
      if (positions.get(vm) !== host) judgement.unlogged.push(`${vm} is on ${positions.get(vm)}, moved past the proxy`);
    }
    this.compareOutcomes();
    return judgement;
  }

  /** Whether the rules stand as declared. */
  async rulesStand(): Promise<boolean> {
    const rules = await this.world.rules();
    return this.start.rules.every((how, index) => {
      const own = rules.filter(({ name }) => name === this.world.ruleName(index));
      if (how === "unneeded") return own.length === 0;
      return own.length === 1 && own[0].vms.join() === [...this.world.ruleMembers(index)].sort().join();
    });
  }

  open(): Entry[] {
    return readLog(this.log).filter(({ result }) => result === null);
  }

  private attach(proxy: Proxy): void {
    proxy.onSeen = (seen) => this.mustBeIntended(seen);
    proxy.onForwarded = (seen, answer) => this.replay(seen, answer);
  }

  /** The intent stands on the disk, without an outcome, when the request arrives. */
  private mustBeIntended({ method, body }: Seen): void {
    const what = changeOf(method, body);
    if (!what) return;
    const intended = this.open().some(
      ({ kind, subject, to }) =>
        (what.to === null ? kind.endsWith("-rule") : kind === "relocate") &&
        (what.subject === null || subject === what.subject) &&
        to === what.to,
    );
    if (!intended)
      this.judgement.unlogged.push(`${method} of ${what.subject ?? "a rule"} to ${what.to ?? "the cluster"}`);
  }

  private replay({ method, body }: Seen, answer: Answered): void {
    const what = changeOf(method, body);
    if (!what || answer.status !== 200) return;
    if (what.to === null) return this.replayRule(body);
    const vm = what.subject!;
    const from = this.positions.get(vm)!;
    const { violations, doubled } = this.judgement;
    if (from === what.to) doubled.push(`${vm} to ${what.to}, where it is`);
    else if (!this.mayOverlap && this.moves.some((move) => move.vm === vm))
      doubled.push(`${vm} a second time, to ${what.to}`);
    this.moves.push({ vm, from, to: what.to });
    this.positions.set(vm, what.to);
    const { hosts, vms, memoryMb } = this.world;
    if (what.to === hosts[3]) violations.push(`${vm} to a host in maintenance`);
    for (const rule of this.rules) {
      if (!rule.mandatory || !rule.apart || !rule.vms.includes(vm)) continue;
      const beside = rule.vms.filter((other) => other !== vm && this.positions.get(other) === what.to);
      if (beside.length > 0) violations.push(`${vm} beside ${beside.join()} against ${rule.name}`);
    }
    const reserved = vms.filter((other) => this.positions.get(other) === what.to).length * RESERVED_MB;
    const room = memoryMb.get(what.to) ?? 0;
    if (reserved > room) violations.push(`${reserved} MB reserved on ${what.to}, which has ${Math.floor(room)}`);
  }

  /** Only the rules of others are mandatory here, so what matters is whether one of them is touched. */
  private replayRule(body: string): void {
    const key = /<removeKey[^>]*>(\d+)</.exec(body)?.[1];
    const edited = /<operation>edit<[\s\S]*?<key>(\d+)</.exec(body)?.[1];
    const theirs = this.rules.find(({ name }) => name === "theirs")?.key;
    if (theirs !== undefined && (key ?? edited) === String(theirs)) {
      this.judgement.violations.push("a rule of others was changed");
    }
  }

  /** Each move that took effect is logged as done, and no other is. */
  private compareOutcomes(): void {
    const logged = readLog(this.log).filter(({ kind, result }) => kind === "relocate" && result === "done");
    const count = (list: readonly string[]) => {
      const counts = new Map<string, number>();
      for (const item of list) counts.set(item, (counts.get(item) ?? 0) + 1);
      return counts;
    };
    const done = count(this.moves.map(({ vm, to }) => `${vm} to ${to}`));
    const said = count(logged.map(({ subject, to }) => `${subject} to ${to}`));
    for (const key of new Set([...done.keys(), ...said.keys()])) {
      if ((done.get(key) ?? 0) !== (said.get(key) ?? 0)) {
        this.judgement.wrong.push(
          `${key}: done ${done.get(key) ?? 0} times, logged as done ${said.get(key) ?? 0} times`,
        );
      }
    }
  }
}

interface Change {
  /** The VM; null: a rule, which is known by its name. */
  readonly subject: string | null;
  readonly to: string | null;
}

function changeOf(method: string, body: string): Change | null {
  if (method === "RelocateVM_Task") {
    return {
      subject: /<_this type="VirtualMachine">([^<]*)/.exec(body)![1],
      to: /<host type="HostSystem">([^<]*)/.exec(body)![1],
    };
  }
  if (method !== "ReconfigureComputeResource_Task") return null;
  return { subject: /<name>([^<]*)</.exec(body)?.[1] ?? null, to: null };
}
