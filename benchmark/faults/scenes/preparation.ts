import { join } from "node:path";
import { Declarations } from "../../../engine/journal";
import type { Settings } from "../../../provider/settings";
import { writeRequests } from "../../../test/provider/preparation/requests";
import type { Scene } from "../scene";
import { settle } from "../settle";
import type { PreparationStart } from "../start";
import { CLUSTER } from "../cluster";
import type { World } from "../world";

const OWNER = "bench/faults/ready";
const KIND = "HostPreparation";
const POOL = "affinity bench faults ready";
const RESERVE = { cpuMhz: 200, memoryMib: 100, datastoreGib: 1 };
const HOSTS = 2;
const REQUEST = { cluster: CLUSTER, application: "backup", windowMinutes: 240, hosts: HOSTS, reserve: RESERVE };

/** Two hosts prepared for an application that asks all the time, or that has fallen silent: pool, disk, shadow requests. */
export class PreparationScene implements Scene<PreparationStart> {
  constructor(private readonly world: World) {}

  private get requests(): string {
    return join(this.world.folder, "requests.ndjson");
  }

  settings(): Promise<Record<string, unknown>> {
    return Promise.resolve({ requests: this.requests });
  }

  clear(): Promise<void> {
    return this.world.removeOurs();
  }

  async begin({ state }: PreparationStart, settings: Settings): Promise<void> {
    const { client } = this.world;
    const now = Math.floor(Date.now() / 60_000) * 60;
    await writeRequests(this.requests, now - 240);
    await this.world.declare(settings, { owner: OWNER, kind: KIND, state: REQUEST });
    if (state === "needed") return;
    await settle(settings);
    const ours = await this.world.objects();
    const idOf = (type: string) => ours.find((object) => object.type === type && object.ours)!.id;
    if (state === "pool removed") await client.task("Destroy_Task", "ResourcePool", idOf("ResourcePool"));
    if (state === "placeholder removed") await client.task("Destroy_Task", "VirtualMachine", idOf("VirtualMachine"));
    if (state === "pool changed") {
      const share = (name: string, reservation: number) =>
        `<${name}><reservation>${reservation}</reservation><expandableReservation>true</expandableReservation><limit>-1</limit></${name}>`;
      const config = `<config>${share("cpuAllocation", 50)}${share("memoryAllocation", 50)}</config>`;
      await client.call("UpdateConfig", "ResourcePool", idOf("ResourcePool"), config);
    }
    if (state === "over") await this.end(settings, now);
    if (state === "undeclared") {
      await new Declarations(settings.journal).withdraw(OWNER, KIND, this.world.key);
    }
  }

  async unsettled({ state }: PreparationStart): Promise<string | null> {
    const ours = (await this.world.objects()).filter((object) => object.ours);
    const pools = ours.filter(({ type }) => type === "ResourcePool");
    if (!isWanted(state)) return null;
    if (!pools.some(({ name }) => name === POOL)) return "there is no pool";
    if (!ours.some(({ type, name }) => type === "VirtualMachine" && name.startsWith(POOL)))
      return "there is no placeholder";
    const [{ properties }] = await this.world.client.properties("ResourcePool", [pools[0].id], ["config"]);
    const held = [...properties.config.matchAll(/<reservation>(\d+)</g)].map(([, value]) => Number(value));
    const wanted = [HOSTS * RESERVE.cpuMhz, HOSTS * RESERVE.memoryMib];
    return held.join() === wanted.join() ? null : `the pool reserves ${held.join()}, not ${wanted.join()}`;
  }

  async orphans(start: PreparationStart | null): Promise<string[]> {
    const ours = (await this.world.objects()).filter((object) => object.ours && object.type !== "ScheduledTask");
    const wanted = start !== null && isWanted(start.state);
    const probes = ours.filter(({ name }) => name.startsWith("affinity-probe"));
    const rest = ours.filter((object) => !probes.includes(object));
    // One pool and, on the one datastore, one placeholder.
    const tooMany = ["ResourcePool", "VirtualMachine"].flatMap((kind) =>
      rest.filter(({ type }) => type === kind).slice(wanted ? 1 : 0),
    );
    return [...probes, ...tooMany].map(({ type, name }) => `the ${type} ${name} is nobody's`);
  }

  /** Its window is over, and nobody has asked for long. */
  private async end(settings: Settings, now: number): Promise<void> {
    await writeRequests(this.requests, now - 40 * 86_400);
    const [{ state }] = await new Declarations(settings.journal).of(this.world.proxy.address);
    const at = (seconds: number) => new Date(seconds * 1000).toISOString();
    const over = { since: at(now - 5 * 3600), until: at(now - 600) };
    await this.world.declare(settings, { owner: OWNER, kind: KIND, state: { ...state, ...over } });
  }
}

const isWanted = (state: PreparationStart["state"]): boolean => state !== "over" && state !== "undeclared";
