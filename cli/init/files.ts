import { resolve } from "node:path";
import { telemetrySetting } from "../config";
import { lazy } from "../lazy";
import { packageInfo } from "../package-info";
import type { Answers } from "./answers";

export interface ProjectFile {
  readonly name: string;
  readonly text: string;
}

type Loose = Record<string, unknown>;

/** Names that Pulumi and npm both take. */
export const projectName = (folder: string): string =>
  folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "") || "placement";

/**
 * The files of a project: the CLI's settings, and a Pulumi program with the same settings for every stack. Paths are
 * absolute, since Pulumi runs programs elsewhere; passwords stay in the environment.
 * @throws AffinityError SETTINGS_INVALID for a telemetry address that is none.
 */
export function projectFiles(name: string, answers: Answers, packageSpec: string, folder: string): ProjectFile[] {
  const settings = settingsOf(answers, folder);
  const { stringify } = lazy.yaml();
  return [
    { name: "vsphere-affinity.yaml", text: `${SETTINGS_HEAD}${stringify(settings)}` },
    { name: "Pulumi.yaml", text: stringify(pulumiProject(name, settings, answers.cluster)) },
    { name: "index.ts", text: PROGRAM },
    { name: "package.json", text: `${JSON.stringify(manifest(name, packageSpec), null, 2)}\n` },
    { name: "tsconfig.json", text: `${JSON.stringify(TSCONFIG, null, 2)}\n` },
    { name: ".gitignore", text: "node_modules/\n*.duckdb\n*.duckdb.wal\nplan.json\n" },
    { name: "README.md", text: readme(name, answers) },
  ];
}

function settingsOf({ source, telemetry }: Answers, folder: string): Loose {
  const settings: Loose =
    "vcenter" in source
      ? { vcenter: { server: source.vcenter } }
      : { inventory: resolve(source.inventory), asOf: telemetry === null ? "now" : "newest" };
  if (telemetry !== null) settings.telemetry = withoutSecrets(telemetrySetting(telemetry));
  return { ...settings, journal: resolve(folder, "vsphere-affinity.journal.duckdb") };
}

function withoutSecrets(telemetry: Loose): Loose {
  if (typeof telemetry.duckdb === "string") return { duckdb: resolve(telemetry.duckdb) };
  const influx = { ...(telemetry.influx as Loose) };
  delete influx.password;
  return { influx };
}

function pulumiProject(name: string, settings: Loose, cluster: string): Loose {
  const config: Loose = { [`${name}:cluster`]: { value: cluster } };
  for (const [key, value] of Object.entries(settings)) config[`vsphere-affinity:${key}`] = { value };
  return {
    name,
    description: "Hosts for virtual machines, chosen from the cluster's telemetry",
    runtime: "nodejs",
    config,
  };
}

function manifest(name: string, packageSpec: string): Loose {
  return {
    ...{ name, version: "0.1.0", private: true, main: "index.ts" },
    dependencies: { "@pulumi/pulumi": "^3.248.0", "pulumi-vsphere-affinity": packageSpec },
    devDependencies: { typescript: "~5.9.3", "@types/node": "^20.19.43" },
  };
}

/** What npm is to install: this version, unless another (a tarball, say) is asked for. */
export const ownSpec = (): string => `^${packageInfo().version}`;

const SETTINGS_HEAD = `# Settings of the command line; the same stand in Pulumi.yaml for the program. Passwords belong into the environment:
# VSPHERE_USER, VSPHERE_PASSWORD, INFLUX_USERNAME, INFLUX_PASSWORD (or INFLUX_TOKEN).
`;

const TSCONFIG = {
  compilerOptions: {
    ...{ target: "ES2022", module: "node16", moduleResolution: "node16" },
    ...{ strict: true, skipLibCheck: true, esModuleInterop: true },
  },
  files: ["index.ts"],
};

const PROGRAM = `import * as pulumi from "@pulumi/pulumi";
import { Placement } from "pulumi-vsphere-affinity/provider";

const config = new pulumi.Config();

// The machines to be. They get room on hosts that the telemetry speaks for, and never both on one.
const machines = ["replica-1", "replica-2"].map((name) => ({
  name,
  vcpus: 2,
  memoryMb: 4096,
  criticality: "high" as const,
}));

const placement = new Placement("replicas", {
  cluster: config.require("cluster"),
  virtualMachines: machines,
  groups: [{ name: "replicas", kind: "apart", members: machines.map(({ name }) => name) }],
});

// With @pulumi/vsphere: new vsphere.VirtualMachine(name, { hostSystemId: placement.hostId(name), … });
export const hosts = Object.fromEntries(machines.map(({ name }) => [name, placement.hostName(name)]));
export const digest = placement.plan.digest;
`;

function readme(name: string, { source, telemetry }: Answers): string {
  const secrets = [
    ...("vcenter" in source ? ["export VSPHERE_USER='reader@vsphere.local' VSPHERE_PASSWORD='…'"] : []),
    ...(telemetry?.startsWith("http") ? ["export INFLUX_TOKEN='…'   # or INFLUX_USERNAME and INFLUX_PASSWORD"] : []),
  ];
  return `# ${name}

\`\`\`sh
npm install
${[...secrets, "npx vsphere-affinity doctor", "npx vsphere-affinity plan"].join("\n")}
\`\`\`

reads the cluster, changes nothing, and says what would be placed and moved, and why. Then, with the machines of
[index.ts](index.ts):

\`\`\`sh
pulumi stack init dev
pulumi preview --policy-pack node_modules/pulumi-vsphere-affinity/policies/pack
pulumi up --policy-pack node_modules/pulumi-vsphere-affinity/policies/pack
\`\`\`

Settings: [vsphere-affinity.yaml](vsphere-affinity.yaml) of the command line, \`config\` in [Pulumi.yaml](Pulumi.yaml) of the
program. They hold absolute paths: change them in both where this folder moves.
`;
}
