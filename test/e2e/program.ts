import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A placement of the program, by its arguments; "SIZE" stands for an output of another new resource: 4096. */
export interface ProgramPlacement {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Names that it had before. */
  readonly aliases?: readonly string[];
}

const SOURCE = `
const pulumi = require("@pulumi/pulumi");
const { Placement } = require("pulumi-vsphere-affinity/provider");
const placements = require("./placements.json");

const text = JSON.stringify(placements);
const size = text.includes('"SIZE"')
  ? new (class Size extends pulumi.dynamic.Resource {})(
      { create: async () => ({ id: "size", outs: { memoryMb: 4096 } }) }, "size", { memoryMb: undefined }).memoryMb
  : undefined;
const filled = (value) =>
  value === "SIZE" ? size
  : Array.isArray(value) ? value.map(filled)
  : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, filled(v)]))
  : value;

exports.hosts = Object.fromEntries(placements.map(({ name, args, aliases = [] }) => {
  const placement = new Placement(name, filled(args), { aliases: aliases.map((name) => ({ name })) });
  return [name, placement.placements.apply((all) => Object.fromEntries(all.map(({ vm, hostId }) => [vm, hostId])))];
}));
`;

/** Writes a Pulumi program of placements into `folder`, to be changed by `setPlacements`. JavaScript: it starts sooner. */
export async function writeProgram(folder: string, name: string): Promise<void> {
  const runtime = "runtime:\n  name: nodejs\n  options: { typescript: false }\n";
  await writeFile(join(folder, "Pulumi.yaml"), `name: ${name}\nmain: index.js\n${runtime}`);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name, version: "0.0.1", main: "index.js" }));
  await writeFile(join(folder, "index.js"), SOURCE);
  await setPlacements(folder);
}

export async function setPlacements(folder: string, ...placements: ProgramPlacement[]): Promise<void> {
  await writeFile(join(folder, "placements.json"), JSON.stringify(placements));
}
