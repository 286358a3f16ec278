import { fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { SeriesQuery, TelemetrySettings } from "../engine/telemetry";
import { startInflux1, startInflux2 } from "../test/testbed";
import type { Reading } from "./telemetry/read";
import { type Target, VCENTER, writeRows } from "./telemetry/rows";

/**
 * Claim: long windows of a whole cluster are read down-sampled by InfluxDB, not in memory.
 * Method: an InfluxDB of each kind is started empty and filled with raw rows (CPU and memory of every VM, every
 * `step` seconds); then hourly means of both metrics of all VMs are read by a process of its own, `runs` times for the
 * whole window and once for each half of it. Given are the time, both processes' CPU seconds, the reader's peak memory
 * (`idleRssMb` of it before the first query) and its HTTP requests. Every sum of means must be the same on all servers.
 */
const SERVERS = ["influxd1", "influxd2"] as const;
const METRICS = ["vmCpuMhz", "vmMemoryActiveMb"] as const;
const START = Date.UTC(2026, 0, 5) / 1000;
const HOSTS = 96;
const TICKS_PER_SECOND = 100;

interface Server {
  readonly settings: TelemetrySettings;
  readonly target: Target;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * @param args `--vms N` (8000), `--days N` (2), `--step SECONDS` of the raw rows (120), `--grid SECONDS` of the means
 * (3600), `--runs N` (3), `--servers NAMES` (influxd1,influxd2)
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: {
      vms: { type: "string", default: "8000" },
      days: { type: "string", default: "2" },
      step: { type: "string", default: "120" },
      grid: { type: "string", default: "3600" },
      runs: { type: "string", default: "3" },
      servers: { type: "string", default: SERVERS.join(",") },
    },
  });
  const [vms, days, step, grid, runs] = [values.vms, values.days, values.step, values.grid, values.runs].map(Number);
  const rows = { vms, hosts: HOSTS, start: START, step, samples: Math.floor((days * 86_400) / step) };
  const length = Math.ceil((days * 86_400) / grid);
  const figures: Record<string, unknown> = {};
  const sums = new Set<string>();
  for (const name of SERVERS.filter((each) => values.servers.split(",").includes(each))) {
    const server = await open(name);
    try {
      const written = await timed(server.pid, () => writeRows(server.target, rows, progress(name, rows)));
      const read = async (slots: number) => {
        const query: SeriesQuery = {
          ...{ kind: "vm", vcenter: VCENTER, metrics: METRICS },
          grid: { start: START, step: grid, length: slots },
        };
        const { result, serverCpuSeconds } = await timed(server.pid, () => readApart(server.settings, query));
        process.stderr.write(`${name}: ${slots} slots ${JSON.stringify({ ...result, serverCpuSeconds })}\n`);
        return { slots, ...rounded({ ...result, serverCpuSeconds }) };
      };
      const whole: Awaited<ReturnType<typeof read>>[] = [];
      for (let i = 0; i < runs; i++) whole.push(await read(length));
      for (const { series, means, sum } of whole) sums.add(`${series} ${means} ${sum}`);
      whole.sort((a, b) => a.seconds - b.seconds);
      figures[name] = {
        rows: written.result,
        write: rounded({ seconds: written.seconds, serverCpuSeconds: written.serverCpuSeconds }),
        half: length > 1 ? await read(Math.floor(length / 2)) : undefined,
        median: whole[Math.floor(whole.length / 2)],
        worst: whole.at(-1),
      };
    } finally {
      await server.stop();
    }
  }
  return { vms, days, step, grid, runs, alike: sums.size === 1, ...figures };
}

async function open(name: (typeof SERVERS)[number]): Promise<Server> {
  if (name === "influxd1") {
    const { url, database, pid, stop } = await startInflux1();
    const target = { url: `${url}/write?db=${database}&precision=s`, authorization: "" };
    return { settings: { influx: { url, database } }, target, pid, stop };
  }
  const { url, org, bucket, token, pid, stop } = await startInflux2();
  const target = {
    url: `${url}/api/v2/write?org=${org}&bucket=${bucket}&precision=s`,
    authorization: `Token ${token}`,
  };
  return { settings: { influx: { url, database: bucket, password: token } }, target, pid, stop };
}

async function readApart(settings: TelemetrySettings, query: SeriesQuery): Promise<Reading> {
  const child = fork(join(__dirname, "telemetry/read.js"));
  const ended = once(child, "exit");
  child.send({ settings, query });
  const [reading] = (await Promise.race([once(child, "message"), ended])) as [Reading | number];
  await ended;
  if (typeof reading === "number") throw new Error(`the reader ended with ${reading}`);
  return reading;
}

/** With the CPU seconds that the server spent meanwhile; null where the system doesn't tell. */
async function timed<T>(pid: number, work: () => Promise<T>) {
  const [started, before] = [performance.now(), await cpuSeconds(pid)];
  const result = await work();
  const seconds = (performance.now() - started) / 1000;
  const after = await cpuSeconds(pid);
  return { result, seconds, serverCpuSeconds: before === null || after === null ? null : after - before };
}

async function cpuSeconds(pid: number): Promise<number | null> {
  try {
    // The command's name may hold anything, brackets too: fields are counted from its end.
    const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).replace(/^.*\) /s, "").split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}

function progress(name: string, rows: { vms: number; samples: number }): (written: number) => void {
  let next = 0;
  return (written) => {
    if (written < next) return;
    process.stderr.write(`${name}: ${written} of ${2 * rows.vms * rows.samples} rows written\n`);
    next = written + 2_000_000;
  };
}

function rounded<T extends object>(figures: T): T {
  const entries = Object.entries(figures).map(([key, value]) => [
    key,
    typeof value === "number" ? Math.round(value * 100) / 100 : (value as unknown),
  ]);
  return Object.fromEntries(entries) as T;
}
