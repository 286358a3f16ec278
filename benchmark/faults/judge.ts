import { changeOf } from "./changes";
import { type Entry, readLog } from "./log";
import type { Answered, Proxy, Seen } from "./proxy";
import { RESERVED_MB } from "./cluster";
import type { Rule, World } from "./world";

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

/** Kinds of which the log's "done" and what the vCenter took must agree, by subject. */
const COUNTED = new Set(["create-pool", "edit-pool", "remove-pool", "add-task", "edit-task"]);

/**
 * Watches one case from beside the product: what passes the proxy, what the simulator then says, and what the log on the
 * disk holds at that instant. It shares no code with what it judges.
 */
export class Judge {
  readonly judgement: Judgement = { violations: [], orphans: [], unlogged: [], doubled: [], wrong: [] };
  readonly moves: Move[] = [];
  private rules: readonly Rule[] = [];
  private readonly positions = new Map<string, string>();
  /** Names by the ids of pools, scheduled tasks and VMs. */
  private readonly names = new Map<string, string>();
  /** Ids of pools, VMs and scheduled tasks that aren't ours. */
  private theirs = new Set<string>();
  /** What the vCenter took, as "kind subject". */
  private readonly taken: string[] = [];
  private readonly entriesBefore: number;
  private readonly last: (() => void)[] = [];

  private constructor(
    private readonly world: World,
    private readonly log: string,
    private readonly mayOverlap: boolean,
  ) {
    this.entriesBefore = readLog(log).length;
  }

  /** @param mayOverlap whether a VM may be moved twice, to be taken back */
  static async watch(world: World, log: string, mayOverlap: boolean): Promise<Judge> {
    const judge = new Judge(world, log, mayOverlap);
    judge.rules = await world.rules();
    for (const [vm, host] of await world.positions()) judge.positions.set(vm, host);
    for (const { id, name, ours } of await world.objects()) {
      judge.names.set(id, name);
      if (!ours) judge.theirs.add(id);
    }
    judge.attach(world.proxy);
    return judge;
  }

  /** What the world and the log must be in the end. */
  async conclude(): Promise<Judgement> {
    const { judgement, world } = this;
    const rules = await world.rules();
    if (!rules.some(({ name }) => name === "theirs")) judgement.violations.push("the rule of others was removed");
    const there = new Set((await world.objects()).map(({ id }) => id));
    for (const id of this.theirs) {
      if (!there.has(id)) judgement.violations.push(`${this.names.get(id)} of others is gone`);
    }
    const positions = await world.positions();
    for (const [vm, host] of this.positions) {
      if (positions.get(vm) !== host) judgement.unlogged.push(`${vm} is on ${positions.get(vm)}, moved past the proxy`);
    }
    this.compareMoves();
    this.compareOthers();
    for (const check of this.last) check();
    return judgement;
  }

  /** What is to be looked at besides when the case is over. */
  atEnd(check: () => void): void {
    this.last.push(check);
  }

  open(): Entry[] {
    return readLog(this.log).filter(({ result }) => result === null);
  }

  all(): Entry[] {
    return readLog(this.log);
  }

  /** What the case's runs wrote. */
  written(): Entry[] {
    return this.all().slice(this.entriesBefore);
  }

  /** Puts a VM on a host, as a request or a scheduled task does, and finds what that breaks. */
  place(vm: string, to: string): void {
    this.positions.set(vm, to);
    const { violations } = this.judgement;
    const { hosts, vms, memoryMb } = this.world;
    if (to === hosts[3]) violations.push(`${vm} to a host in maintenance`);
    for (const rule of this.rules) {
      if (!rule.mandatory || !rule.apart || !rule.vms.includes(vm)) continue;
      const beside = rule.vms.filter((other) => other !== vm && this.positions.get(other) === to);
      if (beside.length > 0) violations.push(`${vm} beside ${beside.join()} against ${rule.name}`);
    }
    const reserved = vms.filter((other) => this.positions.get(other) === to).length * RESERVED_MB;
    const room = memoryMb.get(to) ?? 0;
    if (reserved > room) violations.push(`${reserved} MB reserved on ${to}, which has ${Math.floor(room)}`);
  }

  private attach(proxy: Proxy): void {
    proxy.onSeen = (seen) => this.mustBeIntended(seen);
    proxy.onForwarded = (seen, answer) => this.replay(seen, answer);
  }

  /** The intent stands on the disk, without an outcome, when the request arrives. */
  private mustBeIntended({ method, body }: Seen): void {
    const what = changeOf(method, body, this.names);
    if (!what) return;
    const intended = this.open().some(
      ({ kind, subject, to }) =>
        what.kinds.includes(kind) &&
        (what.subject === null || subject === what.subject) &&
        (what.to === null || to === what.to),
    );
    if (!intended) {
      this.judgement.unlogged.push(`${method} of ${what.subject ?? "something"} to ${what.to ?? "the cluster"}`);
    }
  }

  private replay({ method, body }: Seen, answer: Answered): void {
    const what = changeOf(method, body, this.names);
    if (!what || answer.status !== 200) return;
    if (method === "RelocateVM_Task") return this.replayMove(what.subject!, what.to!);
    if (method === "ReconfigureComputeResource_Task") return this.replayRule(body);
    const self = /<_this type="\w+">([^<]*)/.exec(body)![1];
    if (this.theirs.has(self) && !method.startsWith("Create")) {
      this.judgement.violations.push(`${method} of ${this.names.get(self)}, which is of others`);
    }
    const made = /<returnval type="(ResourcePool|ScheduledTask)"[^>]*>([^<]*)</.exec(answer.body)?.[2];
    if (made !== undefined && what.subject !== null) this.names.set(made, what.subject);
    this.mustFit(body);
    if (what.kinds.length === 1) this.taken.push(`${what.kinds[0]} ${what.subject}`);
  }

  private replayMove(vm: string, to: string): void {
    const from = this.positions.get(vm)!;
    const { doubled } = this.judgement;
    if (from === to) doubled.push(`${vm} to ${to}, where it is`);
    else if (!this.mayOverlap && this.moves.some((move) => move.vm === vm))
      doubled.push(`${vm} a second time, to ${to}`);
    this.moves.push({ vm, from, to });
    this.place(vm, to);
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

  /** What a pool reserves, and the VMs outside it, is there: the host in maintenance gives nothing. */
  private mustFit(body: string): void {
    const wanted = /<memoryAllocation>\s*<reservation>(\d+)</.exec(body)?.[1];
    if (wanted === undefined) return;
    const { hosts, vms, memoryMb } = this.world;
    const room = hosts.slice(0, 3).reduce((sum, host) => sum + (memoryMb.get(host) ?? 0), 0);
    const reserved = vms.length * RESERVED_MB + Number(wanted);
    if (reserved > room)
      this.judgement.violations.push(`${reserved} MB reserved in a cluster that has ${Math.floor(room)}`);
  }

  /** Each move that took effect is logged as done, and no other is. */
  private compareMoves(): void {
    const logged = this.written().filter(
      ({ kind, result, task }) => kind === "relocate" && result === "done" && task === null,
    );
    const done = countOf(this.moves.map(({ vm, to }) => `${vm} to ${to}`));
    const said = countOf(logged.map(({ subject, to }) => `${subject} to ${to}`));
    for (const key of new Set([...done.keys(), ...said.keys()])) {
      this.compare(key, done.get(key), said.get(key));
    }
  }

  private compareOthers(): void {
    const logged = this.written().filter(({ kind, result }) => COUNTED.has(kind) && result === "done");
    const [done, said] = [countOf(this.taken), countOf(logged.map(({ kind, subject }) => `${kind} ${subject}`))];
    for (const key of new Set([...done.keys(), ...said.keys()])) {
      if (!COUNTED.has(key.split(" ", 1)[0])) continue;
      this.compare(key, done.get(key), said.get(key));
    }
  }

  /** How often a thing was done, and how often the log says so. */
  compare(what: string, done = 0, said = 0): void {
    if (done !== said) this.judgement.wrong.push(`${what}: done ${done} times, logged as done ${said} times`);
  }
}

export function countOf(list: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of list) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}
