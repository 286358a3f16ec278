import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { componentPath } from "./components";
import { temporaryFolder } from "./folder";
import { startServer } from "./server";

export interface Dns {
  /** 127.0.0.1:PORT, over UDP and TCP. */
  server: string;
  /** A zone that the key may update: `web` has three addresses with a TTL of 30 s. */
  zone: string;
  keyName: string;
  algorithm: "hmac-sha256";
  secret: string;
  pid: number;
  log(): Promise<string>;
  stop(): Promise<void>;
}

const ZONE = "example.test";
const RECORDS = `$ORIGIN ${ZONE}.
$TTL 60
@ SOA ns.${ZONE}. admin.${ZONE}. 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
web 30 A 192.0.2.11
web 30 A 192.0.2.12
web 30 A 192.0.2.13
`;

/** Starts Knot DNS with a zone that a TSIG key may update; resolves when it listens. */
export async function startDns(): Promise<Dns> {
  const program = await componentPath("dns");
  const folder = await temporaryFolder();
  const secret = Buffer.from("the test bed's secret for TSIG").toString("base64");
  const keyName = "affinity";
  await writeFile(join(folder, `${ZONE}.zone`), RECORDS);
  await Promise.all(["run", "db"].map((name) => mkdir(join(folder, name))));
  const { port, pid, stop, log } = await startServer({
    name: "knotd",
    folder,
    command: async (port) => {
      const file = join(folder, "knot.conf");
      await writeFile(file, configuration(folder, port, keyName, secret));
      return [program, "-c", file];
    },
    answers: async (port) => {
      const { Resolver } = await import("node:dns/promises");
      const resolver = new Resolver({ timeout: 500, tries: 1 });
      resolver.setServers([`127.0.0.1:${port}`]);
      return (await resolver.resolve4(`web.${ZONE}`)).length === 3;
    },
  });
  return { server: `127.0.0.1:${port}`, zone: ZONE, keyName, algorithm: "hmac-sha256", secret, pid, log, stop };
}

const configuration = (folder: string, port: number, keyName: string, secret: string): string => `
server:
    rundir: "${folder}/run"
    listen: "127.0.0.1@${port}"
log:
  - target: stderr
    any: info
database:
    storage: "${folder}/db"
key:
  - id: ${keyName}.
    algorithm: hmac-sha256
    secret: ${secret}
acl:
  - id: updates
    key: ${keyName}.
    action: update
template:
  - id: default
    storage: "${folder}"
zone:
  - domain: ${ZONE}.
    file: ${ZONE}.zone
    acl: updates
    zonefile-sync: -1
`;
