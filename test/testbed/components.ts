import { access, constants } from "node:fs/promises";
import { join } from "node:path";
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

/** Everything that the tests run on: built from `sources/`, or found on the machine. */
const components = {
  pulumi: { tools: ["go"], executable: "pulumi", hint: goHint },
  vcenter: { tools: ["go"], executable: "vcenter", hint: goHint },
  telegraf: { tools: ["go"], executable: "telegraf", hint: goHint },
  influxd2: { tools: ["go", "cargo"], executable: "influxd2", hint: `${goHint}, Rust with cargo, and a C compiler` },
  "vsphere-plugin": { tools: ["go", "npm"], executable: "pulumi-resource-vsphere", hint: goHint },
  "terraform-provider": { tools: ["go"], executable: "terraform-provider-vsphere", hint: goHint },
  influxd1: { locate: () => onPath("influxd"), hint: "apt-get install influxdb" },
  terraform: { locate: () => onPath("terraform"), hint: "install Terraform" },
  chromium: { locate: () => onPath("chromium", "chromium-browser"), hint: "apt-get install chromium" },
  swiftshader: {
    locate: () =>
      firstFile("/usr/lib/chromium/vk_swiftshader_icd.json", "/usr/lib/chromium-browser/vk_swiftshader_icd.json"),
    hint: "apt-get install chromium, whose package holds the SwiftShader Vulkan driver",
  },
} satisfies Record<string, Component>;

export type ComponentName = keyof typeof components;

/** The components that are built from `sources/`, quickest first. */
export const builtComponents: readonly ComponentName[] = [
  "vcenter",
  "telegraf",
  "pulumi",
  "vsphere-plugin",
  "terraform-provider",
  "influxd2",
];

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
  if (component.locate) {
    const path = await component.locate();
    if (!path) throw new MissingComponent(name, "it isn't installed", component.hint);
    return path;
  }
  const folder = await built(name, component.tools ?? [], component.hint);
  return join(folder, component.executable!);
}

async function firstFile(...paths: string[]): Promise<string | undefined> {
  for (const path of paths) {
    try {
      await access(path, constants.R_OK);
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
}
