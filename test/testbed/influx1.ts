import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { componentPath } from "./components";
import { temporaryFolder } from "./folder";
import { influxQuery } from "./influx-query";
import { freePort, startServer } from "./server";

export interface Influx1Options {
  /** Refuse requests without the user's name and password. */
  auth?: boolean;
  /** The password that they need ("affinity's password"). */
  password?: string;
}

export interface Influx1 {
  url: string;
  /** An empty database "vsphere". */
  database: string;
  /** With `auth`: an administrator. */
  user?: string;
  password?: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts InfluxDB 1.x with an empty database; resolves when it answers queries. */
export async function startInflux1(options: Influx1Options = {}): Promise<Influx1> {
  const program = await componentPath("influxd1");
  const folder = await temporaryFolder();
  const credentials = options.auth
    ? { user: "affinity", password: options.password ?? "affinity's password" }
    : undefined;
  const database = "vsphere";
  const { port, pid, stop } = await startServer({
    name: "influxd1",
    folder,
    command: async (port) => {
      const file = join(folder, "influxdb.conf");
      await writeFile(file, configuration(folder, port, await freePort(), options.auth === true));
      await Promise.all(["meta", "data", "wal"].map((name) => mkdir(join(folder, name), { recursive: true })));
      return [program, "-config", file];
    },
    answers: async (port) => {
      const url = `http://127.0.0.1:${port}`;
      if ((await fetch(`${url}/ping`)).status !== 204) return false;
      // With authentication on, the first administrator is the one thing that may be made without.
      if (credentials) {
        const password = credentials.password.replaceAll("'", "\\'");
        await influxQuery(url, `CREATE USER ${credentials.user} WITH PASSWORD '${password}' WITH ALL PRIVILEGES`);
      }
      await influxQuery(url, `CREATE DATABASE ${database}`, { credentials });
      return true;
    },
  });
  return { url: `http://127.0.0.1:${port}`, database, ...credentials, pid, stop };
}

const configuration = (folder: string, port: number, rpcPort: number, auth: boolean): string => `
reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  index-version = "tsi1"
[http]
  bind-address = "127.0.0.1:${port}"
  auth-enabled = ${auth}
  log-enabled = false
[monitor]
  store-enabled = false
`;
