import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { built } from "./build-component";
import { MissingComponent } from "./missing";
import { onPath } from "./on-path";

export { MissingComponent } from "./missing";

interface Component {
  /** Programs that a build calls; a component without them can't be had. */
  tools?: string[];
  /** What the build leaves in its folder and tests run. */
  executable?: string;
  /** Where a component that we don't build lies on this machine. */
  locate?: () => Promise<string | undefined>;
  /** What a person does about a missing one. */
  hint: string;
}

const goHint = "install Go 1.26 or newer";
const npmHint = "see that npm reaches its registry";

/** Everything that the tests run on: built from `sources/` (quickest first), or found on the machine. */
const components = {
  vcenter: { tools: ["go"], executable: "vcenter", hint: goHint },
  telegraf: { tools: ["go"], executable: "telegraf", hint: goHint },
  pulumi: { tools: ["go"], executable: "pulumi", hint: goHint },
  node22: { tools: ["npm"], executable: "node", hint: npmHint },
  node24: { tools: ["npm"], executable: "node", hint: npmHint },
  pnpm: { tools: ["npm"], executable: "node_modules/pnpm/bin/pnpm.cjs", hint: npmHint },
  "vsphere-plugin": { tools: ["go", "npm"], executable: "pulumi-resource-vsphere", hint: goHint },
  "terraform-provider": { tools: ["go"], executable: "terraform-provider-vsphere", hint: goHint },
  influxd2: {
    tools: ["go", "cargo", "cc"],
    executable: "influxd2",
    hint: `${goHint}, Rust with cargo, and a C compiler`,
  },
  influxd1: { locate: influxd1, hint: "apt-get install influxdb" },
  terraform: { locate: () => onPath("terraform"), hint: "install Terraform" },
  promtool: { locate: () => onPath("promtool"), hint: "apt-get install prometheus" },
  dns: { locate: knotd, hint: "apt-get install knot" },
  chromium: { locate: () => onPath("chromium", "chromium-browser"), hint: "apt-get install chromium" },
  swiftshader: { locate: swiftshader, hint: "apt-get install chromium, whose package holds this Vulkan driver" },
} satisfies Record<string, Component>;

export type ComponentName = keyof typeof components;

/** The names of the components that are built from `sources/`. */
export const builtComponents = (Object.keys(components) as ComponentName[]).filter(
  (name) => "executable" in components[name],
);

const found = new Map<ComponentName, Promise<string>>();

/**
 * The path of a component's executable (of the Vulkan ICD file for
 * `swiftshader`), built first if need be. One that failed isn't tried again in
 * this process.
 *
 * @throws MissingComponent with the reason and what to do about it
 */
export function componentPath(name: ComponentName): Promise<string> {
  const known = found.get(name);
  if (known) return known;
  const path = find(name, components[name]);
  path.catch(() => undefined);
  found.set(name, path);
  return path;
}

async function find(name: ComponentName, component: Component): Promise<string> {
  if (component.executable) {
    const folder = await built({ name, tools: component.tools ?? [], hint: component.hint });
    return join(folder, component.executable);
  }
  const path = await component.locate?.();
  if (!path) throw new MissingComponent(name, "it isn't installed", component.hint);
  return path;
}

/** InfluxDB 2 has the same program name. */
async function influxd1(): Promise<string | undefined> {
  const path = await onPath("influxd");
  if (!path) return undefined;
  const { stdout } = await promisify(execFile)(path, ["version"]);
  return /^InfluxDB v?1\./.test(stdout) ? path : undefined;
}

/** Debian keeps servers where only root's PATH has them. */
async function knotd(): Promise<string | undefined> {
  const path = "/usr/sbin/knotd";
  return (
    (await onPath("knotd")) ??
    access(path, constants.X_OK).then(
      () => path,
      () => undefined,
    )
  );
}

async function swiftshader(): Promise<string | undefined> {
  for (const folder of ["/usr/lib/chromium", "/usr/lib/chromium-browser"]) {
    const path = join(folder, "vk_swiftshader_icd.json");
    try {
      await access(path, constants.R_OK);
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
}
