import { Resolver } from "node:dns/promises";
import { type Dns, startDns } from "../../../test/testbed";
import { DnsDirector } from "../../../provider/proactive/dns/dns-director";
import type { Settings } from "../../../provider/settings";
import { DnsProxy } from "../dns-proxy";
import { countOf, type Judge } from "../judge";
import type { Scene } from "../scene";
import { settle } from "../settle";
import type { TrafficStart } from "../start";
import { CLUSTER, TIMEOUT_SECONDS } from "../cluster";
import type { World } from "../world";

const OWNER = "bench/faults/web";
const NAME = "web.example.test";
const ADDRESSES = ["192.0.2.11", "192.0.2.12", "192.0.2.13"];
/** One on each of the hosts that take VMs. */
const MEMBERS = [0, 2, 6];
const NEEDED = 2;

/** Three VMs behind a name, and a host that is lost, or was: room is kept, and an address taken away or given back. */
export class TrafficScene implements Scene<TrafficStart> {
  private dns: Dns | null = null;
  proxy: DnsProxy | null = null;
  private isLost = false;

  constructor(private readonly world: World) {}

  async settings(): Promise<Record<string, unknown>> {
    this.dns ??= await startDns();
    this.proxy ??= await DnsProxy.start(this.dns.server);
    const { zone, keyName, algorithm, secret } = this.dns;
    return { dns: { server: this.proxy.address, zone, keyName, algorithm, secret, timeoutSeconds: TIMEOUT_SECONDS } };
  }

  async stop(): Promise<void> {
    this.proxy?.stop();
    await this.dns?.stop();
  }

  async clear(): Promise<void> {
    this.proxy?.reset();
    if (this.dns === null) return;
    await this.lose(false);
    await this.put(ADDRESSES);
  }

  async begin({ state }: TrafficStart, settings: Settings): Promise<void> {
    const { names } = this.world;
    const virtualMachines = MEMBERS.map((index) => names[index]);
    const addresses = Object.fromEntries(virtualMachines.map((name, i) => [name, ADDRESSES[i]]));
    const request = { cluster: CLUSTER, virtualMachines, needed: NEEDED, traffic: { name: NAME, addresses } };
    await this.world.declare(settings, { owner: OWNER, kind: "ProactiveAllocation", state: request });
    if (state !== "calm") await this.lose(true);
    if (state !== "due" && state !== "calm") await settle(settings);
    if (state === "given back") await this.put(ADDRESSES);
    if (state === "over") await this.lose(false);
    this.proxy!.reset();
  }

  watch(judge: Judge): void {
    const proxy = this.proxy!;
    let before: string[] = [];
    const effects: string[] = [];
    proxy.onSeen = ({ ofUpdates }) => {
      if (ofUpdates > 0 && !judge.open().some(({ kind }) => kind.endsWith("-record"))) {
        judge.judgement.unlogged.push(`an update of ${NAME}`);
      }
    };
    proxy.onForwarded = async ({ ofUpdates }, answer) => {
      if (ofUpdates === 0) return void (before = await this.addresses());
      const now = await this.addresses();
      const taken = before.filter((address) => !now.includes(address));
      const given = now.filter((address) => !before.includes(address));
      const isDone = (answer.readUInt8(5) & 0xf) === 0;
      if (isDone && taken.length + given.length === 0)
        judge.judgement.doubled.push(`an update that leaves ${NAME} as it is`);
      effects.push(...taken.map((address) => `withdraw-record ${NAME} ${address}`));
      effects.push(...given.map((address) => `restore-record ${NAME} ${address}`));
      const serving = now.filter((address) => !(this.isLost && address === ADDRESSES[0]));
      if (serving.length < NEEDED) judge.judgement.violations.push(`${NAME} leads to ${now.join() || "nothing"}`);
      before = now;
    };
    judge.atEnd(() => {
      const done = judge.written().filter(({ kind, result }) => kind.endsWith("-record") && result === "done");
      const [did, said] = [countOf(effects), countOf(done.map(({ kind, subject }) => `${kind} ${subject}`))];
      for (const key of new Set([...did.keys(), ...said.keys()])) judge.compare(key, did.get(key), said.get(key));
    });
  }

  async unsettled({ state }: TrafficStart): Promise<string | null> {
    const now = await this.addresses();
    const wanted = state === "over" || state === "calm" ? ADDRESSES : ADDRESSES.slice(1);
    const missing = wanted.filter((address) => !now.includes(address));
    return missing.length === 0 ? null : `${NAME} leads to ${now.join() || "nothing"}, not to ${missing.join()}`;
  }

  /** Records: one that leads to a lost host, and one that was taken away and not given back. */
  async orphans(start: TrafficStart | null): Promise<string[]> {
    if (start === null) return [];
    const now = await this.addresses();
    const away = start.state === "over" || start.state === "calm" ? [] : ADDRESSES.slice(0, 1);
    return now
      .filter((address) => away.includes(address) || !ADDRESSES.includes(address))
      .map((address) => `the record ${NAME} ${address}`);
  }

  private async addresses(): Promise<string[]> {
    const resolver = new Resolver({ timeout: 2000 });
    resolver.setServers([this.dns!.server]);
    return (await resolver.resolve4(NAME).catch(() => [])).sort();
  }

  private async put(addresses: readonly string[]): Promise<void> {
    const { server, zone, keyName, algorithm, secret } = this.dns!;
    const director = new DnsDirector({ server, zone, keyName, algorithm, secret, timeoutSeconds: 5 }, () =>
      Math.floor(Date.now() / 1000),
    );
    await director.replace(NAME, await director.targets(NAME), addresses);
  }

  /** The host of the first member stops answering, or answers again. */
  private async lose(lost: boolean): Promise<void> {
    if (this.isLost === lost) return;
    const { client, hosts } = this.world;
    await client.task(lost ? "DisconnectHost_Task" : "ReconnectHost_Task", "HostSystem", hosts[0]);
    this.isLost = lost;
  }
}
