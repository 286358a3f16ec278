import { AffinityError } from "../../engine/errors";
import { type MigrationConfig, migrationConfigSchema } from "../../engine/planner/migration/config";
import { MAXIMUM_HOST_COST } from "../../engine/planner/migration/limits";
import { preCopy } from "../../engine/planner/migration/precopy";
import { createRandom, type Random } from "../../engine/random";
import type { Snapshot } from "../../engine/snapshot";
import type { SimulatedClock } from "./clock";
import { Reach } from "./reach";
import { type Scenario, STEP } from "./scenario";
import { Tally } from "./tally";
import { severity, type Trouble } from "./troubles";

/** `booting`: HA has begun to start it, and it holds its room; `down`: it waits for that. */
type State = "running" | "booting" | "down";

interface Flight {
  readonly vm: number;
  readonly from: number;
  readonly to: number;
  readonly end: number;
  readonly done: () => void;
  readonly fail: (error: AffinityError) => void;
}

interface Waiting extends Omit<Flight, "end" | "from"> {
  readonly asked: number;
}

/** HA declares a host dead after some heartbeats, and looks for room again so often. */
const DETECTION_SECONDS = 60;
const RETRY_SECONDS = 60;
/** Of the guest and its service. */
const BOOT_SECONDS = { median: 150, sigma: 0.4 };
const RANK: Readonly<Record<string, number>> = { critical: 0, high: 1, normal: 2, low: 3 };
/** Above this a host counts as crowded: a cause to leave it. */
const CROWDED = 0.9;
const GHZ = 1000;
const DAY = 86_400;

/**
 * A cluster in simulated time: demand slot by slot, hosts that fail and come back, HA that restarts what it has room for
 * (configured memory, never overcommitted), most critical first, and vMotions that take as long as the pre-copy model says,
 * load both hosts meanwhile and fail with them.
 */
export class SimulatedCluster {
  readonly tally = new Tally();
  /** [VM] the host it runs on, boots on, or ran on last. */
  readonly at: Int32Array;
  readonly state: State[];
  readonly up: boolean[];
  /** [host] epoch seconds */
  readonly upSince: Float64Array;
  /** [VM], [host] MHz in the present slot; what a host can give. */
  readonly demand: Float64Array;
  readonly load: Float64Array;
  readonly capacity: Float64Array;
  readonly flights: Flight[] = [];
  private readonly queue: Waiting[] = [];
  private readonly reach: Reach;
  private readonly random: Random;
  private readonly migration: MigrationConfig = migrationConfigSchema.parse({});
  /** [host] when it was crowded last. */
  private readonly crowdedAt: Float64Array;
  /** Counts up with each start of a VM: what was meant for an earlier one is void. */
  private readonly start: Int32Array;
  private retrying = false;

  constructor(
    readonly scenario: Scenario,
    private readonly clock: SimulatedClock,
  ) {
    const { snapshot, vms, seed, troubles } = scenario;
    const row = new Map(snapshot.hosts.map(({ id }, h) => [id, h]));
    this.at = Int32Array.from(vms, ({ host }) => row.get(host!)!);
    this.state = vms.map(() => "running");
    this.up = snapshot.hosts.map(() => true);
    this.upSince = Float64Array.from(snapshot.hosts, (_, h) => scenario.start - (5 + 7 * h) * 86_400);
    this.demand = new Float64Array(vms.length);
    this.load = new Float64Array(snapshot.hosts.length);
    this.capacity = Float64Array.from(snapshot.hosts, ({ cpuMhz }) => cpuMhz!);
    this.crowdedAt = new Float64Array(snapshot.hosts.length).fill(-Infinity);
    this.start = new Int32Array(vms.length);
    this.reach = new Reach(snapshot, vms);
    this.random = createRandom(seed, "boots");
    for (const { host, failsAt, until } of troubles) {
      if (failsAt === null) continue;
      clock.at(failsAt, () => this.fail(host));
      clock.at(until, () => this.repair(host));
    }
  }

  /** The demand of a slot; what its hosts give. */
  enter(slot: number): void {
    const { demand, signals, snapshot } = this.scenario;
    for (let v = 0; v < demand.length; v++) this.demand[v] = Number.isNaN(demand[v][slot]) ? 0 : demand[v][slot];
    snapshot.hosts.forEach(({ cpuMhz }, h) => (this.capacity[h] = cpuMhz! * (1 - signals[h].throttled[slot])));
    this.sum();
  }

  /** A stretch of time in which nothing changes. */
  pass(seconds: number): void {
    const { tally } = this;
    for (let h = 0; h < this.load.length; h++) {
      if (this.load[h] > CROWDED * this.capacity[h]) this.crowdedAt[h] = this.clock.now + seconds;
      if (this.load[h] <= this.capacity[h]) continue;
      tally.overloadSeconds += seconds;
      const without = 1 - this.capacity[h] / this.load[h];
      for (let v = 0; v < this.at.length; v++)
        if (this.at[v] === h && this.state[v] === "running") tally.unservedVmSeconds += seconds * without;
    }
    for (const state of this.state) if (state !== "running") tally.lostVmSeconds += seconds;
  }

  /** Share of its demand that a VM gets now. */
  granted(vm: number): number {
    const host = this.at[vm];
    return this.load[host] > this.capacity[host] ? this.capacity[host] / this.load[host] : 1;
  }

  /** The inventory as a vCenter would give it now. */
  snapshot(): Snapshot {
    const { snapshot, vms } = this.scenario;
    const rowOf = new Map(vms.map(({ id }, v) => [id, v]));
    return {
      ...snapshot,
      takenAt: new Date(this.clock.now * 1000).toISOString(),
      hosts: snapshot.hosts.map((host, h) => (this.up[h] ? host : { ...host, connection: "notResponding" })),
      virtualMachines: snapshot.virtualMachines.map((vm) => {
        const v = rowOf.get(vm.id);
        if (v === undefined) return vm;
        const power = this.state[v] === "down" ? "poweredOff" : "poweredOn";
        return { ...vm, host: snapshot.hosts[this.at[v]].id, power };
      }),
    };
  }

  /** A vMotion; ends when it ended. @throws AffinityError VCENTER_TASK_FAILED */
  move(vm: number, to: number): Promise<void> {
    return new Promise<void>((done, fail) => {
      this.queue.push({ vm, to, done, fail, asked: this.clock.now });
      // Once all that is asked for at this instant is there, whatever order real files brought it in.
      this.clock.at(this.clock.now, () => this.startWaiting());
    });
  }

  /** A vMotion that somebody else made at this instant: it is there already, whatever spoke against it. */
  moved(vm: number, to: number): void {
    const { tally } = this;
    const from = this.at[vm];
    const allowed = this.reach.allows(vm, to, (other, host) => other !== vm && this.isOn(other, host));
    if (!allowed || !this.up[from] || !this.up[to] || !this.hasRoom(vm, to)) tally.violations++;
    tally.began(vm, from, to, this.clock.now, (host, since) => this.hadCause(host, since));
    tally.lostVmSeconds += this.copying(vm, 0).downtimeMs / 1000;
    this.at[vm] = to;
    this.sum();
  }

  inFlight(vm: number): boolean {
    return this.flights.some((flight) => flight.vm === vm) || this.queue.some((waiting) => waiting.vm === vm);
  }

  /** vCenter queues what exceeds its limit on a host. */
  private startWaiting(): void {
    const using = (host: number) => this.flights.filter(({ from, to }) => from === host || to === host).length;
    for (const waiting of [...this.queue].sort((a, b) => a.asked - b.asked || a.vm - b.vm)) {
      const { vm, to, done, fail } = waiting;
      const from = this.at[vm];
      if (using(from) >= MAXIMUM_HOST_COST || using(to) >= MAXIMUM_HOST_COST) continue;
      this.queue.splice(this.queue.indexOf(waiting), 1);
      const objection = this.objection(vm, to);
      if (objection !== null) {
        this.tally.failedMoves++;
        fail(taskFailed(objection));
        continue;
      }
      if (!this.reach.allows(vm, to, (other, host) => this.isOn(other, host))) this.tally.violations++;
      const { durationSeconds, downtimeMs } = this.copying(vm, Math.max(using(from), using(to)));
      this.tally.began(vm, from, to, this.clock.now, (host, since) => this.hadCause(host, since));
      const flight = { vm, from, to, end: this.clock.now + durationSeconds, done, fail };
      this.flights.push(flight);
      this.load[to] += this.demand[vm];
      this.clock.at(flight.end, () => {
        if (!this.flights.includes(flight)) return;
        this.flights.splice(this.flights.indexOf(flight), 1);
        this.at[vm] = to;
        this.tally.lostVmSeconds += downtimeMs / 1000;
        this.sum();
        done();
        this.startWaiting();
      });
    }
  }

  /** How long a vMotion takes beside others on its hosts. */
  private copying(vm: number, others: number): ReturnType<typeof preCopy> {
    const memoryMb = this.scenario.vms[vm].memoryMb!;
    return preCopy({
      memoryMb,
      writableMb: memoryMb * this.migration.writableShare,
      dirtyMbPerSecond: (this.demand[vm] / GHZ) * this.migration.dirtyMbPerGhz,
      gigabitsPerSecond: this.migration.networkGbps / (1 + others),
      downtimeGoalMs: this.migration.downtimeGoalMs,
    });
  }

  private objection(vm: number, to: number): string | null {
    if (this.state[vm] !== "running") return "the virtual machine is not running";
    if (this.at[vm] === to) return "the virtual machine is there already";
    if (!this.up[to]) return "the host does not respond";
    return this.hasRoom(vm, to) ? null : "the host has too little memory";
  }

  private hasRoom(vm: number, host: number): boolean {
    const { vms, snapshot } = this.scenario;
    let used = vms[vm].memoryMb!;
    for (let v = 0; v < vms.length; v++) if (v !== vm && this.isOn(v, host)) used += vms[v].memoryMb!;
    return used <= snapshot.hosts[host].memoryMb!;
  }

  /** Whether it takes room there: running, booting or arriving. */
  private isOn(vm: number, host: number): boolean {
    if (this.state[vm] !== "down" && this.at[vm] === host) return true;
    return this.flights.some((flight) => flight.vm === vm && flight.to === host);
  }

  /** It is down, was crowded, shows signs of trouble, or failed within a day: hosts that have do so again. */
  private hadCause(host: number, since: number): boolean {
    if (!this.up[host] || this.crowdedAt[host] >= Math.max(since, this.clock.now - 3600)) return true;
    const { now } = this.clock;
    const failedLately = ({ failsAt }: Trouble) => failsAt !== null && failsAt <= now && now - failsAt < DAY;
    return this.scenario.troubles.some(
      (trouble) => trouble.host === host && (severity(trouble, now) > 0 || failedLately(trouble)),
    );
  }

  private fail(host: number): void {
    if (!this.up[host]) return;
    this.up[host] = false;
    for (const flight of this.flights.filter(({ from, to }) => from === host || to === host)) {
      this.flights.splice(this.flights.indexOf(flight), 1);
      this.tally.failedMoves++;
      flight.fail(taskFailed("a host was lost meanwhile"));
    }
    const hit = this.state.flatMap((state, v) => (this.at[v] === host && state !== "down" ? [v] : []));
    if (hit.length > 0) this.tally.failures++;
    this.tally.vmsHit += hit.length;
    for (const vm of hit) {
      this.state[vm] = "down";
      this.start[vm]++;
    }
    this.sum();
    this.startWaiting();
    this.clock.at(this.clock.now + DETECTION_SECONDS, () => this.restart());
  }

  private repair(host: number): void {
    // A second trouble may have begun meanwhile: then its own end counts.
    const still = this.scenario.troubles.some(
      (trouble) =>
        trouble.host === host &&
        trouble.failsAt !== null &&
        trouble.failsAt < this.clock.now &&
        trouble.until > this.clock.now,
    );
    if (this.up[host] || still) return;
    this.up[host] = true;
    this.upSince[host] = this.clock.now;
    this.restart();
  }

  /** HA: each VM that is down boots on the host with the most memory left that may take it; the others wait. */
  private restart(): void {
    const { vms, snapshot } = this.scenario;
    const rank = (v: number) => RANK[vms[v].tags.find(({ category }) => category === "criticality")?.name ?? "normal"];
    const down = this.state
      .flatMap((state, v) => (state === "down" ? [v] : []))
      .sort((a, b) => rank(a) - rank(b) || a - b);
    const free = snapshot.hosts.map(({ memoryMb }, h) =>
      vms.reduce((left, vm, v) => left - (this.isOn(v, h) ? vm.memoryMb! : 0), memoryMb!),
    );
    for (const vm of down) {
      const to = snapshot.hosts
        .map((_, h) => h)
        .filter((h) => this.up[h] && free[h] >= vms[vm].memoryMb!)
        .filter((h) => this.reach.allows(vm, h, (other, host) => this.isOn(other, host)))
        .sort((a, b) => free[b] - free[a])[0];
      if (to === undefined) continue;
      free[to] -= vms[vm].memoryMb!;
      this.state[vm] = "booting";
      this.at[vm] = to;
      const mine = ++this.start[vm];
      const seconds = this.random.logNormal(BOOT_SECONDS.median, BOOT_SECONDS.sigma);
      this.clock.at(this.clock.now + seconds, () => {
        if (this.start[vm] !== mine) return;
        this.state[vm] = "running";
        this.sum();
      });
    }
    if (this.retrying || !this.state.includes("down")) return;
    this.retrying = true;
    this.clock.at(this.clock.now + RETRY_SECONDS, () => {
      this.retrying = false;
      this.restart();
    });
  }

  /** Anew, so that no error of rounding adds up. */
  private sum(): void {
    this.load.fill(0);
    for (let v = 0; v < this.at.length; v++) if (this.state[v] === "running") this.load[this.at[v]] += this.demand[v];
    for (const { vm, to } of this.flights) this.load[to] += this.demand[vm];
  }
}

const taskFailed = (text: string): AffinityError =>
  new AffinityError({ code: "VCENTER_TASK_FAILED", message: `moving the virtual machine failed: ${text}` });

export const slotAt = (scenario: Scenario, at: number): number => Math.floor((at - scenario.start) / STEP);
