import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../engine/random";
import type { Mutant } from "./mutate";

/** Rows of each tab, the heading first. */
type Tabs = Record<"vInfo" | "vHost" | "vCluster", string[][]>;

const GOOD: Tabs = {
  vInfo: [
    "VM,Powerstate,Template,CPUs,Memory,Datacenter,Cluster,Host,VM ID,VM UUID,VI SDK Server".split(","),
    "web-1,poweredOn,False,4,16384,DC,production,esx-1,vm-11,u-1,vc.example.com".split(","),
    "db-1,poweredOff,False,8,32768,DC,production,esx-2,vm-12,u-2,vc.example.com".split(","),
  ],
  vHost: [
    "Host,Datacenter,Cluster,in Maintenance Mode,Speed,HT Active,# Cores,# Memory,Object ID,VI SDK Server".split(","),
    "esx-1,DC,production,False,2400,True,16,262143,host-1,vc.example.com".split(","),
    "esx-2,DC,production,True,2400,True,16,262143,host-2,vc.example.com".split(","),
  ],
  vCluster: [
    "Name,HA enabled,Failover Level,AdmissionControlEnabled,DRS enabled,DRS default VM behavior,Object ID".split(","),
    "production,True,1,True,True,fullyAutomated,domain-c7".split(","),
  ],
};

const NUMBERS = ["many", "1.5.2", "-4", "0x10", "1e3", "four", "$(id)", "\u0007"];
const FLAGS = ["yes", "1", "Wahr", "__proto__"];
/** What a column never holds, by tab. */
const NEVER: readonly (readonly [tab: keyof Tabs, column: string, values: readonly string[]])[] = [
  ["vInfo", "CPUs", NUMBERS],
  ["vInfo", "Memory", NUMBERS],
  ["vInfo", "Powerstate", ["on", "constructor", ""]],
  ["vInfo", "Template", FLAGS],
  ["vInfo", "Host", ["esx-9", "__proto__", "toString"]],
  ["vInfo", "VM", [""]],
  ["vInfo", "VM ID", ["vm-12"]],
  ["vHost", "# Cores", NUMBERS],
  ["vHost", "Speed", NUMBERS],
  ["vHost", "# Memory", NUMBERS],
  ["vHost", "in Maintenance Mode", FLAGS],
  ["vHost", "Host", ["", "esx-2"]],
  ["vCluster", "HA enabled", FLAGS],
  ["vCluster", "DRS enabled", FLAGS],
  ["vCluster", "Failover Level", NUMBERS],
];
const NEEDED: readonly (readonly [keyof Tabs, string])[] = [
  ["vInfo", "VM"],
  ["vInfo", "Powerstate"],
  ["vInfo", "CPUs"],
  ["vInfo", "Host"],
  ["vHost", "Host"],
  ["vHost", "Cluster"],
  ["vHost", "# Cores"],
];

/** The files of an export as one text, for a mutant: null where there is no such file. */
const bundle = (files: Readonly<Record<string, string | null>>): string => JSON.stringify(files);
const csv = (rows: readonly (readonly string[])[]): string => rows.map((row) => row.join()).join("\r\n");
const filesOf = (tabs: Tabs): Record<string, string> =>
  Object.fromEntries(Object.entries(tabs).map(([tab, rows]) => [tab, csv(rows)]));

export const RVTOOLS_EXPORT = bundle(filesOf(GOOD));

/** Writes the files of such a text into a folder that held others. */
export function unbundle(folder: string, text: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [tab, content] of Object.entries(JSON.parse(text) as Record<string, string | null>)) {
    if (content !== null) writeFileSync(join(folder, `RVTools_tab${tab}.csv`), content);
  }
}

/** An export of RVTools of which a cell, a column or a file is bad. */
export function breakRvtools(random: Random): Mutant {
  const tabs = structuredClone(GOOD);
  const kind = random.integer(6);
  if (kind <= 2) {
    const [tab, column, values] = random.pick(NEVER);
    const value = random.pick(values);
    tabs[tab][1][tabs[tab][0].indexOf(column)] = value;
    return { what: `${tab}, ${column} = ${JSON.stringify(value)}`, text: bundle(filesOf(tabs)) };
  }
  const files: Record<string, string | null> = filesOf(tabs);
  if (kind === 3) {
    const [tab, column] = random.pick(NEEDED);
    const at = tabs[tab][0].indexOf(column);
    const rows = tabs[tab].map((row) => row.filter((_, index) => index !== at));
    return { what: `${tab} without ${column}`, text: bundle({ ...files, [tab]: csv(rows) }) };
  }
  const tab = random.pick(["vInfo", "vHost"] as const);
  if (kind === 4) return { what: `no ${tab}`, text: bundle({ ...files, [tab]: null }) };
  const other = random.pick([
    "",
    "\u0000\u0001\u0002",
    "PK\u0003\u0004 a workbook",
    "<html><body>no</body></html>",
    "x".repeat(100_000),
    ",".repeat(5000),
    `"${"\n".repeat(1000)}`,
    "{}",
  ]);
  return { what: `${tab} is something else`, text: bundle({ ...files, [tab]: other }) };
}
