import { relative, resolve, sep } from "node:path";
import { telemetrySetting } from "../config";
import { lazy } from "../lazy";
import { DEFAULT_JOURNAL } from "../options";
import type { Answers } from "./answers";
import { manifestText } from "./manifest";
import { templateFile } from "./template";

export interface ProjectFile {
  readonly name: string;
  readonly text: string;
  /** What becomes of a file of this name that is there: the project isn't made, its text is in `text`, it stays. */
  readonly there: "refuse" | "complete" | "keep";
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
 * relative to the folder, in which Pulumi runs the program; passwords stay in the environment.
 * @param packageSpec this package as npm shall install it; undefined: this version
 * @throws AffinityError SETTINGS_INVALID for a telemetry address that is none; INIT_EXISTS for a package.json that can't
 *   be completed.
 */
export function projectFiles(
  name: string,
  answers: Answers,
  packageSpec: string | undefined,
  folder: string,
): ProjectFile[] {
  const settings = settingsOf(answers, folder);
  const { stringify } = lazy.yaml();
  return [
    { name: "vsphere-affinity.yaml", text: `${SETTINGS_HEAD}${stringify(settings)}`, there: "refuse" },
    { name: "Pulumi.yaml", text: stringify(pulumiProject(name, settings, answers.cluster)), there: "refuse" },
    { name: "index.ts", text: templateFile("index.ts"), there: "refuse" },
    { name: "package.json", text: manifestText(folder, name, packageSpec), there: "complete" },
    { name: "tsconfig.json", text: templateFile("tsconfig.json"), there: "refuse" },
    { name: ".gitignore", text: GITIGNORE, there: "keep" },
    { name: "README.md", text: readme(name, answers), there: "keep" },
  ];
}

function settingsOf({ source, telemetry }: Answers, folder: string): Loose {
  const settings: Loose =
    "vcenter" in source
      ? { vcenter: { server: source.vcenter, ...(source.caFile && { caFile: within(folder, source.caFile) }) } }
      : { inventory: within(folder, source.inventory), asOf: telemetry === null ? "now" : "newest" };
  if (telemetry !== null) settings.telemetry = withoutSecrets(telemetrySetting(telemetry), folder);
  return { ...settings, journal: DEFAULT_JOURNAL };
}

/** As it is written in the project's files; a path on another drive stays whole. */
const within = (folder: string, path: string): string => relative(folder, resolve(path)).split(sep).join("/");

function withoutSecrets(telemetry: Loose, folder: string): Loose {
  if (typeof telemetry.duckdb === "string") return { duckdb: within(folder, telemetry.duckdb) };
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

const SETTINGS_HEAD = `# Settings of the command line; the same stand in Pulumi.yaml for the program. Passwords belong into the environment:
# VSPHERE_USER, VSPHERE_PASSWORD, INFLUX_USERNAME, INFLUX_PASSWORD (or INFLUX_TOKEN).
`;

const GITIGNORE = "node_modules/\n*.duckdb\n*.duckdb.wal\nplan.json\nreport.html\n";

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
npx vsphere-affinity report --plan "$(pulumi stack output digest)"
\`\`\`

Settings: [vsphere-affinity.yaml](vsphere-affinity.yaml) of the command line, \`config\` in [Pulumi.yaml](Pulumi.yaml) of the
program. Paths in both are relative to this folder.
`;
}
