import assert from "node:assert/strict";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { ActionLog, PredictionLog } from "../../../engine/journal";
import { InfluxMirror } from "../../../engine/journal/influx-mirror";
import { JournalMirror, type MirrorPoint } from "../../../engine/journal/mirror";
import { InfluxClient, type InfluxSettings } from "../../../engine/telemetry/influx-client";
import { mirrorJournal } from "../../../provider/mirror";
import { influxSettingsSchema } from "../../../provider/settings";
import { needs, startInflux1, startInflux2, temporaryFolder } from "../../testbed";

const AT = 1_772_409_600;
const action = (n: number) => ({
  ...{ at: AT + n, cluster: "vc/domain-c1", owner: "shop/one/web", kind: "relocate", subject: `vm-${n}` },
  detail: { to: "host-2", note: 'a "quoted", odd\nvalue' },
});
const said = (subject: string, at = AT) => ({
  ...{ model: "failure/host", cluster: "vc/domain-c1", subject, at, due: at + 3600, value: 0.25, unit: "probability" },
  ...{ event: "failure" as const, bound: null },
});

/** The log with `n` actions, every one with its outcome. */
async function act(log: ActionLog, from: number, n: number): Promise<void> {
  for (let i = from; i < from + n; i++) {
    const { id } = await log.intend(action(i));
    await log.conclude({ id, at: AT + i + 1, result: "done" });
  }
}

describe("a copy of the journal", () => {
  let journal: string;
  let log: ActionLog;
  beforeEach(async () => {
    journal = join(await temporaryFolder(), "journal.duckdb");
    log = new ActionLog(`${journal}.actions.ndjson`);
  });

  /** A place that keeps points as a time series database does: by measurement, tags and time. */
  function memory(fail: () => boolean = () => false) {
    const points = new Map<string, MirrorPoint>();
    let writes = 0;
    return {
      points,
      writes: () => writes,
      write(list: readonly MirrorPoint[]) {
        writes++;
        if (fail()) return Promise.reject(new Error("down"));
        for (const point of list) {
          const key = JSON.stringify([point.measurement, point.tags, String(point.timestamp)]);
          points.set(key, { ...point, fields: { ...points.get(key)?.fields, ...point.fields } });
        }
        return Promise.resolve();
      },
    };
  }

  it("has every action once, and goes on where it ended", async () => {
    const target = memory();
    const mirror = new JournalMirror(journal, target);
    assert.equal(await mirror.catchUp(), 0);
    await act(log, 0, 3);
    assert.equal(await mirror.catchUp(), 6);
    assert.equal(await mirror.catchUp(), 0);
    await act(log, 3, 1);
    assert.equal(await new JournalMirror(journal, target).catchUp(), 2);
    assert.equal(target.points.size, 8);
  });

  it("loses nothing to an outage, and has nothing twice where the cursor was lost", async () => {
    let down = true;
    const target = memory(() => down);
    const mirror = new JournalMirror(journal, target);
    await act(log, 0, 5);
    await assert.rejects(mirror.catchUp(), /down/);
    await act(log, 5, 5);
    down = false;
    assert.equal(await mirror.catchUp(), 20);
    await writeFile(`${journal}.mirror.json`, "{ cut sho");
    assert.equal(await mirror.catchUp(), 20);
    assert.equal(target.points.size, 20);
  });

  it("waits for a line to be whole, and passes over one that a crash cut short", async () => {
    const target = memory();
    const mirror = new JournalMirror(journal, target);
    await act(log, 0, 1);
    await appendFile(log.path, '\n{"intent":{"id":"cut');
    assert.equal(await mirror.catchUp(), 2);
    await act(log, 1, 1);
    assert.equal(await mirror.catchUp(), 2);
    assert.equal(target.points.size, 4);
  });

  it("begins anew with another log", async () => {
    const target = memory();
    const mirror = new JournalMirror(journal, target);
    await act(log, 0, 4);
    await mirror.catchUp();
    await writeFile(log.path, "");
    await act(log, 9, 1);
    assert.equal(await mirror.catchUp(), 2);
  });

  it("has what was said, then what came true beside it, and every score", async () => {
    const target = memory();
    const mirror = new JournalMirror(journal, target);
    const predictions = new PredictionLog(journal);
    await predictions.record([said("host-1"), said("host-2")]);
    await predictions.updateRisks("vc/domain-c1", [{ subject: "vm-1", score: 0.5, evidence: "esx-1", at: AT }]);
    assert.equal(await mirror.catchUp(), 3);
    await predictions.settle("vc/domain-c1", AT + 7200, ({ subject }) => (subject === "host-1" ? 1 : null));
    await predictions.updateRisks("vc/domain-c1", [{ subject: "vm-1", score: 0.1, evidence: "", at: AT + 900 }]);
    assert.equal(await mirror.catchUp(), 2);
    assert.equal(await mirror.catchUp(), 0);
    const outcomes = [...target.points.values()]
      .filter(({ measurement }) => measurement === "affinity_prediction")
      .map(({ tags, fields }) => [tags.subject, fields.value, fields.outcome]);
    assert.deepEqual(outcomes, [
      ["host-1", 0.25, 1],
      ["host-2", 0.25, undefined],
    ]);
    assert.equal([...target.points.values()].filter(({ measurement }) => measurement === "affinity_risk").length, 2);
  });

  it("comes in pieces where there is much", async () => {
    const target = memory();
    await new PredictionLog(journal).record(Array.from({ length: 2300 }, (_, i) => said(`host-${i}`)));
    assert.equal(await new JournalMirror(journal, target).catchUp(), 2300);
    assert.equal(target.writes(), 3);
  });

  it("fails no run: where the server is away, and where the journal can't keep the cursor", async () => {
    await act(log, 0, 1);
    const journalMirror = influxSettingsSchema.parse({ url: "http://127.0.0.1:1", database: "x" });
    const { failure } = await mirrorJournal({ journal, journalMirror }, { patienceSeconds: 1, evenIfPaused: true });
    assert.match(String(failure?.code), /TELEMETRY_UNREACHABLE|TELEMETRY_TIMEOUT|JOURNAL_MIRROR_BEHIND/);
    assert.equal((await log.actions()).length, 1);
    assert.deepEqual(await mirrorJournal({ journal, journalMirror: undefined }), { copied: 0, failure: null });
  });
});

/** Between us and a server: it can be taken down and comes back at the same address. */
class Line {
  private server: Server | null = null;
  private readonly sockets = new Set<Socket>();
  port = 0;
  constructor(private readonly to: number) {}

  up(): Promise<void> {
    this.server = createServer((socket) => {
      const other = connect(this.to, "127.0.0.1");
      for (const each of [socket, other]) {
        this.sockets.add(each);
        each.on("error", () => undefined).on("close", () => this.sockets.delete(each));
      }
      socket.pipe(other).pipe(socket);
    });
    return new Promise((resolve) =>
      this.server!.listen(this.port, "127.0.0.1", () => {
        this.port = (this.server!.address() as AddressInfo).port;
        resolve();
      }),
    );
  }
  down(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server!.close(() => resolve()));
  }
}

const servers = {
  influxd1: async () => {
    const { url, database, user, password, stop } = await startInflux1({ auth: true });
    return { url, database, user, password, stop };
  },
  influxd2: async () => {
    const { url, bucket, token, stop } = await startInflux2();
    return { url, database: bucket, password: token, stop };
  },
} as const;

for (const name of Object.keys(servers) as (keyof typeof servers)[]) {
  describe(`a copy of the journal in ${name}`, function () {
    this.timeout(120_000);
    needs(name);

    it("is whole after an outage, with odd names and values, and each record once", async () => {
      const { url, stop, ...access } = await servers[name]();
      const line = new Line(Number(new URL(url).port));
      await line.up();
      const settings: InfluxSettings = { url: `http://127.0.0.1:${line.port}`, ...access, timeoutSeconds: 20 };
      const target = new InfluxMirror(settings);
      const client = new InfluxClient(settings);
      const count = async (measurement: string, field: string) => {
        const text = `SELECT count("${field}") FROM "${measurement}"`;
        const [series] = await client.query({ text, parameters: {} }, "s");
        return series === undefined ? 0 : Number(series.values[0][1]);
      };
      try {
        const journal = join(await temporaryFolder(), "journal.duckdb");
        const log = new ActionLog(`${journal}.actions.ndjson`);
        const mirror = new JournalMirror(journal, target);
        await act(log, 0, 20);
        await mirror.catchUp();
        await line.down();
        await act(log, 20, 20);
        const odd = { ...action(99), owner: 'shop, one="two"\nthree\\', subject: "vm 9" };
        await log.intend(odd);
        const stopped = AbortSignal.timeout(500);
        await assert.rejects(mirror.catchUp(stopped));
        await line.up();
        await mirror.catchUp();
        assert.deepEqual([await count("affinity_intent", "id"), await count("affinity_outcome", "id")], [41, 40]);
        // Copied again from the beginning, each is there once.
        await writeFile(`${journal}.mirror.json`, "");
        await mirror.catchUp();
        assert.equal(await count("affinity_intent", "id"), 41);
        const text = `SELECT "detail" FROM "affinity_intent" WHERE "subject" = 'vm 9'`;
        const [series] = await client.query({ text, parameters: {} }, "s");
        assert.deepEqual(JSON.parse(String(series.values[0][1])), odd.detail);
        assert.doesNotMatch(await readFile(`${journal}.mirror.json`, "utf8"), /password|token/);
      } finally {
        client.close();
        target.close();
        await line.down();
        await stop();
      }
    });

    it("leaves out what the server refuses for good, and has what comes after", async () => {
      const { stop, ...settings } = await servers[name]();
      const target = new InfluxMirror(settings);
      const client = new InfluxClient(settings);
      try {
        const point = (n: number, value: string | number) => ({
          ...{ measurement: "m", tags: {}, fields: { value }, timestamp: BigInt(AT + n) * 1_000_000_000n },
        });
        await target.write([point(0, 1)]);
        await target.write([point(1, 2), point(2, "a text where numbers are"), point(3, 4)]);
        const [series] = await client.query({ text: `SELECT count("value") FROM "m"`, parameters: {} }, "s");
        assert.equal(series.values[0][1], 3);
        const stranger = new InfluxMirror({ ...settings, user: "nobody", password: "wrong" });
        await assert.rejects(stranger.write([point(4, 5)]), { code: "TELEMETRY_LOGIN_FAILED" });
        stranger.close();
      } finally {
        client.close();
        target.close();
        await stop();
      }
    });
  });
}
