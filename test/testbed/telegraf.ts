import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { componentPath } from "./components";
import { temporaryFolder } from "./folder";
import { influxQuery, type InfluxCredentials } from "./influx-query";
import type { Influx1 } from "./influx1";
import type { Influx2 } from "./influx2";
import { startServer } from "./server";
import type { Vcenter } from "./vcenter";

export interface TelegrafOptions {
  vcenter: Pick<Vcenter, "server" | "user" | "password">;
  influx1?: Pick<Influx1, "url" | "database" | "user" | "password">;
  influx2?: Pick<Influx2, "url" | "token" | "org" | "bucket">;
  /** Also write line protocol to this file. */
  file?: string;
  /** How often to collect ("20s", the pace at which vCenter samples). */
  interval?: string;
}

export interface Telegraf {
  pid: number;
  stop(): Promise<void>;
}

/** One series of each kind: with both there, a collection has been written. */
const collected = ["vsphere_vm_cpu", "vsphere_host_cpu"];

/**
 * Starts Telegraf collecting host and VM series from a vCenter. Resolves when
 * every output holds VM and host rows: after one to two intervals.
 */
export async function startTelegraf(options: TelegrafOptions): Promise<Telegraf> {
  const program = await componentPath("telegraf");
  const folder = await temporaryFolder();
  const { pid, stop } = await startServer({
    name: "telegraf",
    folder,
    command: async () => {
      const file = join(folder, "telegraf.conf");
      await writeFile(file, configuration(options));
      return [program, "--config", file];
    },
    answers: () => everyOutputHoldsRows(options),
    patience: 180,
  });
  return { pid, stop };
}

async function everyOutputHoldsRows({ influx1, influx2, file }: TelegrafOptions): Promise<boolean> {
  const holds = async (url: string, database: string, credentials?: InfluxCredentials): Promise<boolean> => {
    const series = await influxQuery(url, "SHOW MEASUREMENTS", { database, credentials });
    const names = series.flatMap((each) => each.values.map(([name]) => name));
    return collected.every((name) => names.includes(name));
  };
  if (influx1) {
    const { url, database, user, password } = influx1;
    const credentials = user !== undefined && password !== undefined ? { user, password } : undefined;
    if (!(await holds(url, database, credentials))) return false;
  }
  if (influx2 && !(await holds(influx2.url, influx2.bucket, { token: influx2.token }))) return false;
  if (file === undefined) return true;
  const lines = await readFile(file, "utf8");
  return collected.every((name) => lines.includes(`${name},`));
}

const text = (value: string): string => JSON.stringify(value); // a basic string of TOML is written as one of JSON

function configuration({ vcenter, influx1, influx2, file, interval = "20s" }: TelegrafOptions): string {
  const outputs: string[] = [];
  if (influx1)
    outputs.push(
      "[[outputs.influxdb]]",
      `  urls = [${text(influx1.url)}]`,
      `  database = ${text(influx1.database)}`,
      "  skip_database_creation = true",
      ...(influx1.user === undefined ? [] : [`  username = ${text(influx1.user)}`]),
      ...(influx1.password === undefined ? [] : [`  password = ${text(influx1.password)}`]),
    );
  if (influx2)
    outputs.push(
      "[[outputs.influxdb_v2]]",
      `  urls = [${text(influx2.url)}]`,
      `  token = ${text(influx2.token)}`,
      `  organization = ${text(influx2.org)}`,
      `  bucket = ${text(influx2.bucket)}`,
    );
  if (file !== undefined) outputs.push("[[outputs.file]]", `  files = [${text(file)}]`, '  data_format = "influx"');
  if (outputs.length === 0) throw new TypeError("startTelegraf: give influx1, influx2 or file to write to");
  return [
    "[agent]",
    `  interval = ${text(interval)}`,
    "  round_interval = false", // the first collection is due at once, not at the next full interval
    '  flush_interval = "1s"',
    '  flush_jitter = "0s"',
    "  omit_hostname = true",
    "[[inputs.vsphere]]",
    `  vcenters = [${text(`https://${vcenter.server}/sdk`)}]`,
    `  username = ${text(vcenter.user)}`,
    `  password = ${text(vcenter.password)}`,
    "  insecure_skip_verify = true",
    "  vm_metric_include = []",
    "  host_metric_include = []",
    ...["datastore", "datacenter", "resource_pool", "cluster"].map((kind) => `  ${kind}_metric_exclude = ["*"]`),
    "  max_query_metrics = 64",
    ...outputs,
    "",
  ].join("\n");
}
