import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { inspect } from "node:util";
import { join } from "node:path";
import {
  importTelemetry,
  type InfluxSettings,
  newestSample,
  openTelemetry,
  type MetricId,
  type SeriesQuery,
  type TelemetrySettings,
  type TelemetrySource,
} from "../../engine/telemetry";
import { needs, startInflux1, startInflux2, temporaryFolder, type Influx1, type Influx2 } from "../testbed";
import {
  bytesOf,
  failsWith,
  FIXTURE_GRID,
  FIXTURE_VCENTER,
  readAll,
  TELEGRAF_FIXTURE,
  valuesOf,
} from "../engine/telemetry/support";

const HOUR = 3600;
const T = 1_700_000_400 - (1_700_000_400 % HOUR);
const VCENTER = "vc.example.com";
const ODD_IDS = [`it's`, `a"b`, `x.*|y$`, `' OR '1'='1`, `$moid0`, `end) --`, `ünï`, `back\\slash`, `/re/`, `a;b`];

/** A name as line protocol writes it in a tag. */
const tag = (text: string) => text.replace(/[,= ]/g, "\\$&");
const row = (measurement: string, tags: Record<string, string>, fields: string, seconds: number) =>
  `${measurement},${Object.entries({ vcenter: VCENTER, ...tags })
    .map(([key, value]) => `${key}=${tag(value)}`)
    .join(",")} ${fields} ${seconds}000000000`;
const cpu = (moid: string, seconds: number, value: number | string, tags: Record<string, string> = {}) =>
  row("vsphere_vm_cpu", { moid, cpu: "instance-total", ...tags }, `usagemhz_average=${value}`, seconds);

/** Deterministic values with two decimals, whose means of four lie on rounding boundaries. */
const noisy = (i: number) => (((i * 7919) % 10007) / 100).toFixed(2);

const ROWS = [
  // A vMotion inside a slot: three samples before, one after, two of them at the same instant.
  ...[0, 300, 600].map((s) => cpu("vm-moved", T + s, 100, { esxhostname: "a" })),
  cpu("vm-moved", T + 600, 500, { esxhostname: "b" }),
  // A gap of an hour in the middle.
  cpu("vm-gap", T, 10),
  cpu("vm-gap", T + 2 * HOUR, 30),
  // Kinds of aggregate: the best one stands alone, even where another one has more.
  cpu("vm-kinds", T, 1),
  cpu("vm-kinds", T, 1000, { cpu: "*" }),
  cpu("vm-kinds", T + HOUR, 2000, { cpu: "*" }),
  cpu("vm-kinds", T + HOUR, 3000, { cpu: "3" }),
  cpu("vm-star", T, 7, { cpu: "*" }),
  cpu("vm-star", T, 7000, { cpu: "0" }),
  row("vsphere_vm_cpu", { moid: "vm-untagged" }, "usagemhz_average=8", T),
  cpu("vm-cores-only", T, 9, { cpu: "0" }),
  // Another vCenter's VM of the same id.
  cpu("vm-gap", T + HOUR, 9999, { vcenter: "other" }),
  // Units: KB to MB; text beside a number.
  row("vsphere_vm_mem", { moid: "vm-gap" }, `active_average=2560i,memorySizeMB="4096"`, T),
  row("vsphere_vm_mem", { moid: "vm-text-only" }, `memorySizeMB="4096"`, T),
  // A sample on the window's end is outside.
  cpu("vm-late", T + 4 * HOUR, 1),
  ...ODD_IDS.map((moid, i) => cpu(moid, T, i + 1)),
  ...Array.from({ length: 3 * 180 }, (_, i) => cpu("vm-dense", T + i * 20, noisy(i), { esxhostname: `h${i % 3}` })),
  ...Array.from({ length: 16 }, (_, i) => cpu("vm-edges", T + i * 900, noisy(i))),
];
const QUERY: SeriesQuery = {
  kind: "vm",
  vcenter: VCENTER,
  metrics: ["vmCpuMhz", "vmMemoryActiveMb"],
  grid: { start: T, step: HOUR, length: 4 },
};
const METRICS_OF_FIXTURE: Record<"vm" | "host", MetricId[]> = {
  vm: ["vmCpuMhz", "vmCpuReadyMs", "vmMemoryActiveMb", "vmMemoryConsumedMb", "vmDiskKbps", "vmNetworkKbps"],
  host: ["hostCpuMhz", "hostCpuPercent", "hostMemoryConsumedMb", "hostNetworkKbps", "hostUptimeSeconds"],
};

describe("telemetry sources", function () {
  needs("influxd1", "influxd2");
  this.timeout(60_000);

  let influx1: Influx1;
  let influx2: Influx2;
  const sources = new Map<string, TelemetrySource>();
  const settings = new Map<string, TelemetrySettings>();

  before(async () => {
    [influx1, influx2] = await Promise.all([startInflux1({ auth: true }), startInflux2()]);
    const lines = `${ROWS.join("\n")}\n${await readFile(TELEGRAF_FIXTURE, "utf8")}`;
    const login = Buffer.from(`${influx1.user}:${influx1.password}`).toString("base64");
    await write(`${influx1.url}/write?db=${influx1.database}`, `Basic ${login}`, lines);
    const bucket = `org=${influx2.org}&bucket=${influx2.bucket}&precision=ns`;
    await write(`${influx2.url}/api/v2/write?${bucket}`, `Token ${influx2.token}`, lines);
    const folder = await temporaryFolder();
    const file = join(folder, "lines.lp");
    await writeFile(file, lines);
    await importTelemetry({ lineProtocol: file }, join(folder, "lines.duckdb"));

    const { url, database, user, password } = influx1;
    settings.set("InfluxDB 1", { influx: { url, database, user, password } });
    settings.set("InfluxDB 2", { influx: { url: influx2.url, database: influx2.bucket, password: influx2.token } });
    settings.set("DuckDB", { duckdb: join(folder, "lines.duckdb") });
    for (const [name, each] of [...settings]) {
      if (!("influx" in each)) continue;
      const copy = join(folder, `${name.replace(" ", "-")}.duckdb`);
      await importTelemetry({ influx: each.influx }, copy);
      settings.set(`DuckDB copy of ${name}`, { duckdb: copy });
    }
    for (const [name, each] of settings) sources.set(name, await openTelemetry(each));
  });
  after(async () => {
    for (const source of sources.values()) await source.close();
    await Promise.all([influx1?.stop(), influx2?.stop()]);
  });

  it("give the same series, byte for byte", async () => {
    const queries: SeriesQuery[] = [
      QUERY,
      { ...QUERY, grid: { start: T, step: 60, length: 240 } },
      { ...QUERY, entities: ["vm-gap", ...ODD_IDS, "vm-unknown", "vm-gap"] },
      ...(["vm", "host"] as const).map((kind) => ({
        kind,
        vcenter: FIXTURE_VCENTER,
        metrics: METRICS_OF_FIXTURE[kind],
        grid: FIXTURE_GRID,
      })),
    ];
    for (const query of queries) {
      const answers = new Map<string, string>();
      for (const [name, source] of sources) answers.set(name, bytesOf(await readAll(source, query)));
      const expected = answers.get("InfluxDB 1")!;
      assert.notEqual(expected, "");
      for (const [name, answer] of answers) assert.equal(answer, expected, name);
    }
  });

  for (const name of ["InfluxDB 1", "InfluxDB 2", "DuckDB"]) {
    describe(name, () => {
      const source = () => sources.get(name)!;

      it("takes the mean of all samples of a slot, across a vMotion", async () => {
        assert.deepEqual(valuesOf(await readAll(source(), QUERY), "vm-moved", "vmCpuMhz"), [200, NaN, NaN, NaN]);
      });

      it("leaves gaps as NaN, and leaves out what has no sample", async () => {
        const all = await readAll(source(), QUERY);
        assert.deepEqual(valuesOf(all, "vm-gap", "vmCpuMhz"), [10, NaN, 30, NaN]);
        for (const entity of ["vm-late", "vm-text-only", "vm-cores-only"]) {
          assert.equal(valuesOf(all, entity, "vmCpuMhz"), undefined, entity);
        }
      });

      it("prefers instance-total to *, and * to no tag, and never mixes them", async () => {
        const all = await readAll(source(), QUERY);
        assert.deepEqual(valuesOf(all, "vm-kinds", "vmCpuMhz"), [1, NaN, NaN, NaN]);
        assert.deepEqual(valuesOf(all, "vm-star", "vmCpuMhz"), [7, NaN, NaN, NaN]);
        assert.deepEqual(valuesOf(all, "vm-untagged", "vmCpuMhz"), [8, NaN, NaN, NaN]);
      });

      it("scales to the metric's unit beside a text field", async () => {
        const all = await readAll(source(), QUERY);
        assert.deepEqual(valuesOf(all, "vm-gap", "vmMemoryActiveMb"), [2.5, NaN, NaN, NaN]);
      });

      it("reads entities whatever their ids hold", async () => {
        const all = await readAll(source(), { ...QUERY, entities: ODD_IDS });
        assert.deepEqual(
          ODD_IDS.map((id) => valuesOf(all, id, "vmCpuMhz")?.[0]),
          ODD_IDS.map((_, i) => i + 1),
        );
        assert.equal(all.length, ODD_IDS.length);
        assert.deepEqual(await readAll(source(), { ...QUERY, vcenter: `x' OR '1'='1` }), []);
      });

      it("reads a minute of the simulator, choosing instance-total per field", async () => {
        const query = { ...QUERY, vcenter: FIXTURE_VCENTER, metrics: ["vmCpuMhz" as const], grid: FIXTURE_GRID };
        assert.deepEqual(valuesOf(await readAll(source(), query), "vm-99", "vmCpuMhz")?.slice(0, 3), [NaN, 209, 478]);
      });

      it("knows the first and last sample of the aggregate that counts", async () => {
        const extents = await source().extents({ ...QUERY, metric: "vmCpuMhz" });
        const of = (entity: string) => extents.find((each) => each.entity === entity);
        assert.deepEqual(of("vm-gap"), { entity: "vm-gap", first: T, last: T + 2 * HOUR });
        assert.deepEqual(of("vm-kinds"), { entity: "vm-kinds", first: T, last: T });
        assert.equal(of("vm-late"), undefined);
        assert.equal(of("vm-cores-only"), undefined);
        const one = await source().extents({ ...QUERY, metric: "vmCpuMhz", entities: ["vm-star"] });
        assert.deepEqual(one, [{ entity: "vm-star", first: T, last: T }]);
      });

      it("knows its newest sample up to an instant", async () => {
        assert.equal(await newestSample(source(), VCENTER, T + 400 * 86400), T + 4 * HOUR);
        assert.equal(await newestSample(source(), VCENTER, T + 4 * HOUR), T + 4 * HOUR);
        assert.equal(await newestSample(source(), "unknown", T + HOUR), null);
      });

      it("stops when it is told to", async () => {
        await assert.rejects(readAll(source(), QUERY, AbortSignal.abort(new Error("enough"))), /enough/);
        const stop = new AbortController();
        const reading = (async () => {
          for await (const series of source().series(QUERY, stop.signal)) if (series.entity) break;
          stop.abort(new Error("enough"));
          for await (const series of source().series(QUERY, stop.signal)) assert.fail(series.entity);
        })();
        await assert.rejects(reading, /enough/);
      });

      it("refuses a grid off its alignment and a metric of another kind", async () => {
        await assert.rejects(
          readAll(source(), { ...QUERY, grid: { start: T + 1, step: HOUR, length: 1 } }),
          RangeError,
        );
        await assert.rejects(readAll(source(), { ...QUERY, metrics: ["hostCpuMhz"] }), RangeError);
      });
    });
  }

  describe("a server that gives little at a time", () => {
    // As the servers' own configuration names these limits in the environment.
    const limitsOf = (points: string, series: string, buckets: string) => ({
      [points]: "700",
      [series]: "9",
      [buckets]: "50",
    });
    const LIMITS: Record<string, string> = {
      ...limitsOf(
        "INFLUXDB_COORDINATOR_MAX_SELECT_POINT",
        "INFLUXDB_COORDINATOR_MAX_SELECT_SERIES",
        "INFLUXDB_COORDINATOR_MAX_SELECT_BUCKETS",
      ),
      ...limitsOf(
        "INFLUXD_INFLUXQL_MAX_SELECT_POINT",
        "INFLUXD_INFLUXQL_MAX_SELECT_SERIES",
        "INFLUXD_INFLUXQL_MAX_SELECT_BUCKETS",
      ),
    };
    const limited = new Map<string, { source: TelemetrySource; settings: TelemetrySettings; stop(): Promise<void> }>();

    before(async () => {
      Object.assign(process.env, LIMITS);
      try {
        const [one, two] = await Promise.all([startInflux1(), startInflux2()]);
        await write(`${one.url}/write?db=${one.database}`, "", ROWS.join("\n"));
        const bucket = `org=${two.org}&bucket=${two.bucket}&precision=ns`;
        await write(`${two.url}/api/v2/write?${bucket}`, `Token ${two.token}`, ROWS.join("\n"));
        for (const [name, { stop }, influx] of [
          ["InfluxDB 1", one, { url: one.url, database: one.database }],
          ["InfluxDB 2", two, { url: two.url, database: two.bucket, password: two.token }],
        ] as const) {
          limited.set(name, { source: await openTelemetry({ influx }), settings: { influx }, stop });
        }
      } finally {
        for (const name of Object.keys(LIMITS)) Reflect.deleteProperty(process.env, name);
      }
    });
    after(async () => {
      for (const { source, stop } of limited.values()) {
        await source.close();
        await stop();
      }
    });

    for (const name of ["InfluxDB 1", "InfluxDB 2"]) {
      it(`${name}: is read whole, in smaller parts`, async () => {
        const { source, settings: limitedSettings } = limited.get(name)!;
        const folder = await temporaryFolder();
        await importTelemetry({ influx: (limitedSettings as { influx: InfluxSettings }).influx }, join(folder, "copy"));
        const copy = await openTelemetry({ duckdb: join(folder, "copy") });
        for (const query of [QUERY, { ...QUERY, grid: { start: T, step: 60, length: 240 } }]) {
          const expected = bytesOf(await readAll(sources.get("DuckDB")!, query));
          assert.equal(bytesOf(await readAll(source, query)), expected);
          assert.equal(bytesOf(await readAll(copy, query)), expected);
        }
        const extents = { ...QUERY, metric: "vmCpuMhz" as const };
        assert.deepEqual(await source.extents(extents), await sources.get("DuckDB")!.extents(extents));
        await copy.close();
      });
    }
  });

  describe("errors of InfluxDB", () => {
    const open = async (influx: object, base: "InfluxDB 1" | "InfluxDB 2") => {
      const known = settings.get(base) as Extract<TelemetrySettings, { influx: unknown }>;
      await (await openTelemetry({ influx: { ...known.influx, ...influx } })).close();
    };

    for (const base of ["InfluxDB 1", "InfluxDB 2"] as const) {
      it(`${base}: wrong password`, async () => {
        const wrong = "the-wrong-password";
        const shown = (error: unknown) =>
          failsWith("TELEMETRY_LOGIN_FAILED", wrong)(error) &&
          !inspect(error, { depth: 9 }).includes(Buffer.from(wrong).toString("base64").slice(4, 20));
        await assert.rejects(open({ password: wrong }, base), shown);
      });

      it(`${base}: unknown database`, async () => {
        await assert.rejects(open({ database: "nowhere" }, base), failsWith("TELEMETRY_DATABASE_NOT_FOUND"));
      });
    }

    it("nobody there, no such name, no TLS", async () => {
      const failure = failsWith("TELEMETRY_UNREACHABLE", "hidden");
      await assert.rejects(open({ url: "http://127.0.0.1:1", password: "hidden" }, "InfluxDB 1"), failure);
      await assert.rejects(open({ url: "http://nowhere.invalid", password: "hidden" }, "InfluxDB 1"), failure);
      const url = influx1.url.replace("http:", "https:");
      await assert.rejects(open({ url, password: "hidden" }, "InfluxDB 1"), failure);
    });
  });
});

async function write(url: string, authorization: string, body: string): Promise<void> {
  const response = await fetch(url, { method: "POST", headers: { authorization }, body });
  assert.equal(response.status, 204, await response.text());
}
