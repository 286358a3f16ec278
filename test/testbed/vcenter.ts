import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { request } from "node:https";
import { componentPath } from "./components";
import { temporaryFolder } from "./folder";
import { startServer } from "./server";

export interface VcenterOptions {
  /** Clusters in the one datacenter `DC0`: `DC0_C0`, `DC0_C1`, … (1). */
  clusters?: number;
  /** Hosts in each cluster: `DC0_C0_H0`, … (8). */
  hosts?: number;
  /** Powered-on virtual machines in each cluster: `DC0_C0_RP0_VM0`, … (20). */
  vms?: number;
  /** Datastores, each on every host (1). */
  datastores?: number;
  /** Serve TLS with a certificate whose notAfter is past. */
  expiredCertificate?: boolean;
  /** Milliseconds that every call takes longer (0). */
  delay?: number;
  /** Sizes of the first cluster's hosts, in their order; absent: the simulator's own, two cores and 4 GB. */
  hostSizes?: readonly { readonly cores: number; readonly mhzPerCore: number; readonly memoryMb: number }[];
  /** What its clock says at the start, epoch seconds; absent: the machine's. */
  clock?: number;
  /** The password that `user` logs in with ("pass"). */
  password?: string;
}

export interface Vcenter {
  /** `127.0.0.1:PORT`; the SDK is at `https://SERVER/sdk`. */
  server: string;
  user: string;
  password: string;
  /** Path of the PEM file of its self-signed certificate, to be trusted as a CA. */
  certificate: string;
  pid: number;
  /** Puts its clock forward; resolves when the scheduled tasks that are due by then have run. */
  advance(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts govmomi's vCenter simulator; resolves when it answers over TLS. */
export async function startVcenter(options: VcenterOptions = {}): Promise<Vcenter> {
  const program = await componentPath("vcenter");
  const folder = await temporaryFolder();
  const certificate = join(folder, "certificate.pem");
  const user = "user";
  const password = options.password ?? "pass";
  const { port, pid, stop } = await startServer({
    name: "vcenter",
    folder,
    command: (port) => [
      program,
      ...["-listen", `127.0.0.1:${port}`],
      ...["-cluster", String(options.clusters ?? 1)],
      ...["-cluster-host", String(options.hosts ?? 8)],
      ...["-vm", String(options.vms ?? 20)],
      ...["-datastore", String(options.datastores ?? 1)],
      ...["-delay", String(options.delay ?? 0)],
      ...["-user", user, "-password", password],
      ...["-cert-file", certificate],
      ...(options.hostSizes ? ["-host-sizes", options.hostSizes.map(sizeText).join()] : []),
      ...(options.clock === undefined ? [] : ["-clock", new Date(options.clock * 1000).toISOString()]),
      ...(options.expiredCertificate ? ["-cert-expired"] : []),
    ],
    answers: async (port) => (await about(port)) && (await readFile(certificate)).length > 0,
  });
  const advance = async (seconds: number): Promise<void> => {
    const status = await ask(port, "POST", `/testbed/clock?advance=${seconds}s`, 60_000);
    if (status !== 200) throw new Error(`the simulator's clock answers with HTTP ${status}`);
  };
  return { server: `127.0.0.1:${port}`, user, password, certificate, pid, advance, stop };
}

const sizeText = ({ cores, mhzPerCore, memoryMb }: NonNullable<VcenterOptions["hostSizes"]>[number]): string =>
  `${cores}x${mhzPerCore}x${memoryMb}`;

const about = async (port: number): Promise<boolean> => (await ask(port, "GET", "/about", 2000)) === 200;

/** The HTTP status. */
function ask(port: number, method: string, path: string, timeout: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, method, path, rejectUnauthorized: false, timeout }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}
