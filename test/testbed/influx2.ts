import { join } from "node:path";
import { componentPath } from "./components";
import { temporaryFolder } from "./folder";
import { startServer } from "./server";

export interface Influx2 {
  url: string;
  /** The operator's token; on the 1.x `/query` it is the password. */
  token: string;
  org: string;
  /** An empty bucket "vsphere". */
  bucket: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts InfluxDB 2.x, set up with an organisation and an empty bucket; resolves when its bucket can be read. */
export async function startInflux2(): Promise<Influx2> {
  const program = await componentPath("influxd2");
  const folder = await temporaryFolder();
  const token = "the-test-bed-token";
  const org = "affinity";
  const bucket = "vsphere";
  const { port, pid, stop } = await startServer({
    name: "influxd2",
    folder,
    command: (port) => [
      program,
      ...["--bolt-path", join(folder, "bolt"), "--engine-path", join(folder, "engine")],
      ...["--sqlite-path", join(folder, "sqlite"), "--http-bind-address", `127.0.0.1:${port}`],
      "--reporting-disabled",
    ],
    answers: async (port) => {
      const url = `http://127.0.0.1:${port}`;
      if (!(await fetch(`${url}/health`)).ok) return false;
      // Setup may be done once only; asked again it answers 422, and reading the bucket decides.
      await fetch(`${url}/api/v2/setup`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ username: "affinity", password: "affinity-password", org, bucket, token }),
      });
      const q = new URLSearchParams({ db: bucket, q: "SHOW MEASUREMENTS" });
      const response = await fetch(`${url}/query?${q}`, { headers: { Authorization: `Token ${token}` } });
      return response.ok;
    },
  });
  return { url: `http://127.0.0.1:${port}`, token, org, bucket, pid, stop };
}
