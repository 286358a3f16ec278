import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AffinityError } from "../../engine/errors";
import { loadSettings } from "../../cli/config";
import { temporaryFolder } from "../testbed";

describe("the configuration file", () => {
  let folder: string;
  before(async () => (folder = await temporaryFolder()));

  const write = async (text: string) => {
    const config = join(folder, "settings.yaml");
    await writeFile(config, text);
    return config;
  };
  const failure = (flags: Parameters<typeof loadSettings>[0], environment = {}) => {
    try {
      loadSettings(flags, environment);
    } catch (error) {
      assert.ok(error instanceof AffinityError, String(error));
      return error;
    }
    throw new assert.AssertionError({ message: "nothing was refused" });
  };

  it("is overridden by flags, its paths being relative to itself", async () => {
    const config = await write(
      "inventory: data/i.json\ntelemetry: { duckdb: t.duckdb }\nplan: { seed: 4, maxMoves: 2 }\n",
    );
    const plain = loadSettings({ config }, {});
    assert.equal(plain.inventory, join(folder, "data", "i.json"));
    assert.deepEqual(plain.telemetry, { duckdb: join(folder, "t.duckdb") });
    assert.equal(plain.asOf, "newest", "an inventory file is a copy of the past");
    const flagged = loadSettings({ config, seed: 9, telemetry: "x.duckdb", asOf: "now", device: "cpu" }, {});
    assert.equal(flagged.plan.seed, 9);
    assert.equal(flagged.plan.maxMoves, 2);
    assert.deepEqual(flagged.telemetry, { duckdb: "x.duckdb" });
    assert.deepEqual([flagged.asOf, flagged.device], ["now", "cpu"]);
    assert.deepEqual(
      [plain.timeLimitSeconds, loadSettings({ config, timeLimit: 2.5 }, {}).timeLimitSeconds],
      [undefined, 2.5],
    );
  });

  it("takes the files of authorities relative to itself as well", async () => {
    const config = await write(
      "vcenter: { server: vc, caFile: vc.pem }\ntelemetry: { influx: { url: https://i, database: d, caFile: i.pem } }\n",
    );
    const { vcenter, telemetry } = loadSettings({ config }, { VSPHERE_USER: "u", VSPHERE_PASSWORD: "p" });
    assert.equal(vcenter?.caFile, join(folder, "vc.pem"));
    assert.ok(telemetry && "influx" in telemetry);
    assert.equal(telemetry.influx.caFile, join(folder, "i.pem"));
  });

  it("lets --vcenter and --inventory take each other's place", async () => {
    const environment = { VSPHERE_USER: "u", VSPHERE_PASSWORD: "p" };
    const config = await write("inventory: i.json\n");
    const other = loadSettings({ config, vcenter: "vc.example.com" }, environment);
    assert.equal(other.inventory, undefined);
    assert.deepEqual([other.vcenter?.server, other.vcenter?.user, other.asOf], ["vc.example.com", "u", "now"]);
    assert.match(failure({ vcenter: "a", inventory: "b" }).message, /can't be given together/);
    assert.equal(loadSettings({ inventory: "i.json" }, { VSPHERE_SERVER: "vc" }).vcenter, undefined);
  });

  it("names every unknown key at its path, with the known one that is near", async () => {
    const config = await write("inventory: i.json\ninventry: x\nplan: { sed: 3, weights: { contentoin: 1 } }\n");
    const error = failure({ config });
    assert.equal(error.code, "SETTINGS_INVALID");
    assert.match(error.hint ?? "", /known keys are vcenter, inventory, telemetry/);
    assert.deepEqual(error.problems.map(({ path, message }) => `${path}: ${message}`).sort(), [
      'inventry: unknown key; did you mean "inventory"?',
      'plan.sed: unknown key; did you mean "seed"?',
      'plan.weights.contentoin: unknown key; did you mean "contention"?',
    ]);
  });

  it("gives the line of each YAML mistake", async () => {
    const error = failure({ config: await write("inventory: i.json\nplan: {seed: 1\nx: }\n") });
    assert.equal(error.code, "YAML_INVALID");
    assert.ok(error.problems.length > 0);
    for (const { path } of error.problems) assert.match(path, /^line [234], column \d+$/);
  });

  it("reads --telemetry as an InfluxDB address or as a file", () => {
    const read = (telemetry: string) =>
      loadSettings({ inventory: "i.json", telemetry }, { INFLUX_TOKEN: "t" }).telemetry;
    assert.deepEqual(read("t.duckdb"), { duckdb: "t.duckdb" });
    const influx = read("http://influx:8086/tele%20graf");
    assert.ok(influx && "influx" in influx);
    assert.deepEqual(
      [influx.influx.url, influx.influx.database, influx.influx.password],
      ["http://influx:8086", "tele graf", "t"],
    );
    const error = failure({ inventory: "i.json", telemetry: "http://user:secret@influx:8086" });
    assert.match(error.message, /names no database/);
    assert.doesNotMatch(error.describe(), /secret/);
  });
});
