import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { loadSettings } from "../../cli/config";
import { loadPlan } from "../../cli/plan-file";
import { readRvtools } from "../../cli/rvtools/inventory";
import { propagationFileSchema } from "../../engine/models/propagation";
import { ModelStore } from "../../engine/models/store";
import { readHostEvents, readRequests } from "../../engine/models/training";
import { readFlows } from "../../engine/models/training/flows";
import { planRequestSchema } from "../../engine/planner";
import type { Random } from "../../engine/random";
import { computePlan } from "../../engine/run";
import { FileInventory } from "../../engine/snapshot";
import { syntheticCluster } from "../../engine/synthetic";
import { LineSyntaxError, parseHead, parseLine } from "../../engine/telemetry/import/line-protocol";
import { parseTerraformPlan } from "../../policies/terraform/plan";
import { resourcesOf } from "../../policies/terraform/resources";
import { parseInputs as parsePreparation } from "../../provider/preparation/inputs";
import { parseInputs as parseProactive } from "../../provider/proactive/inputs";
import { parseNews as parseSchedule } from "../../provider/schedule/inputs";
import { parseSettings } from "../../provider/settings";
import { settingsOfStack } from "../../provider/stack-config";
import { parseInputs as parseStickiness } from "../../provider/stickiness/inputs";
import { SoapTransport } from "../../provider/vsphere/soap";
import type { HttpsClient } from "../../provider/vsphere/https";
import { Reference } from "../../provider/vsphere/values";
import { RecordedTelemetry } from "../support/recorded";
import {
  CONFIG,
  PREPARATION,
  PREPARATION_NEVER,
  PROACTIVE,
  PROACTIVE_NEVER,
  PROPAGATION,
  SCHEDULE,
  STICKINESS,
  TERRAFORM,
} from "./documents";
import { breakLine } from "./lines";
import { breakDocument, breakText, type Mutant } from "./mutate";
import { breakRecords, FLOWS, HOST_EVENTS, isCsv, type RecordFile, recordsText, REQUESTS } from "./records";
import { breakRvtools, RVTOOLS_EXPORT, unbundle } from "./rvtools";
import { breakSoap, SOAP_ANSWER } from "./soap";
import { breakStack, STACK } from "./stack";
import { breakYaml } from "./yaml";

type Loose = Record<string, unknown>;

/** One kind of input: how a bad one is made, and what reads it. */
export interface Target {
  readonly name: string;
  make(random: Random): Mutant;
  /** Reads the input as the product does. */
  read(text: string): unknown;
  /** Its share of the inputs: small documents are read a hundred times quicker than large ones. */
  readonly turns: number;
  /** What must be taken: a reader that refuses everything would pass otherwise. */
  readonly good: string;
}

/** A trained model that isn't taken: its fallback serves, and the reason is for the user to read. */
class ModelNotTaken extends Error {}

/** Refusals that aren't an AffinityError, and name the place all the same: importers count and report them. */
export const isNamedRefusal = (error: unknown): boolean =>
  error instanceof LineSyntaxError || error instanceof ModelNotTaken;

export async function makeTargets(): Promise<Target[]> {
  const folder = mkdtempSync(join(tmpdir(), "affinity-inputs-"));
  const end = Date.UTC(2026, 0, 12, 8) / 1000;
  const made = syntheticCluster({ seed: 1, hosts: 3, vms: 6, days: 2, stepMinutes: 60, end });
  const inventory = JSON.parse(JSON.stringify(made.snapshot)) as Loose;
  const request = planRequestSchema.parse({ cluster: made.snapshot.clusters[0].id, asOf: end, include: "all" });
  const telemetry = new RecordedTelemetry(made.telemetry);
  const plan = JSON.parse(
    JSON.stringify(await computePlan(request, { snapshot: made.snapshot, telemetry, device: "plain" })),
  ) as Loose;
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const endsWith =
    (...names: string[]) =>
    (path: readonly (string | number)[]) =>
      names.includes(String(path.at(-1)));
  const json = (document: Loose, open: (path: readonly (string | number)[]) => boolean, share = 0.75) => ({
    good: JSON.stringify(document),
    make: (random: Random) =>
      random.uniform() < share
        ? besidePulumis(() => breakDocument(random, document, open))
        : breakText(random, JSON.stringify(document)),
  });
  const journal = join(folder, "none.duckdb");
  /** A document of which some values are bad though their types are right. */
  const declared = (
    document: Loose,
    never: readonly Loose[],
    open: (path: readonly (string | number)[]) => boolean,
  ) => ({
    good: JSON.stringify(document),
    make: (random: Random): Mutant => {
      if (random.uniform() < 0.7) return besidePulumis(() => breakDocument(random, document, open));
      const bad = random.pick(never);
      return { what: JSON.stringify(bad).slice(0, 60), text: JSON.stringify({ ...document, ...bad }) };
    },
  });
  const records = (name: string, kind: RecordFile, read: (path: string) => unknown): Target => ({
    name,
    turns: 2,
    good: recordsText(kind, true),
    make: (random) => breakRecords(random, kind),
    read: (text) => read(file(isCsv(text) ? `${name}.csv` : `${name}.ndjson`, text)),
  });
  const models = new ModelStore(join(folder, "models"));
  mkdirSync(models.folder);
  return [
    {
      name: "inventory",
      turns: 1,
      ...json(inventory, endsWith("attributes")),
      read: (text) => new FileInventory(file("inventory.json", text)).snapshot(),
    },
    {
      name: "plan",
      turns: 1,
      ...json(plan, endsWith("byObjective", "before", "after")),
      read: (text) => loadPlan(file("plan.json", text), journal),
    },
    {
      name: "config",
      turns: 2,
      good: stringify(CONFIG),
      make: (random) =>
        // JSON is YAML.
        random.uniform() < 0.6 ? breakDocument(random, CONFIG, () => false) : breakYaml(random),
      read: (text) => loadSettings({ config: file("config.yaml", text) }, {}),
    },
    {
      name: "terraform",
      turns: 5,
      ...json(TERRAFORM, endsWith("after", "before", "after_unknown", "expressions", "variables", "mode"), 0.5),
      make: (random) => breakTerraform(random),
      read: (text) => resourcesOf(parseTerraformPlan(text, "the plan")),
    },
    {
      name: "stickiness",
      turns: 4,
      // Beside what the program says, its inputs hold a plan: other keys at the root are passed over.
      ...json(STICKINESS, (path) => path.length === 0, 1),
      read: (text) => parseStickiness(JSON.parse(text) as Loose),
    },
    {
      name: "schedule",
      turns: 4,
      ...json(SCHEDULE, endsWith("settings"), 1),
      read: (text) => parseSchedule(JSON.parse(text) as Loose),
    },
    {
      name: "preparation",
      turns: 4,
      ...declared(PREPARATION, PREPARATION_NEVER, () => false),
      read: (text) => parsePreparation(JSON.parse(text) as Loose),
    },
    {
      name: "proactive",
      turns: 4,
      // Names of VMs are keys there.
      ...declared(PROACTIVE, PROACTIVE_NEVER, endsWith("addresses")),
      read: (text) => parseProactive(JSON.parse(text) as Loose),
    },
    {
      name: "stack",
      turns: 4,
      good: JSON.stringify(STACK),
      make: breakStack,
      read: (text) => parseSettings(settingsOfStack(JSON.parse(text) as Record<string, string>), "the stack", {}),
    },
    {
      name: "propagation",
      turns: 2,
      ...json(PROPAGATION, endsWith("tiers")),
      read: async (text) => {
        file("models/propagation.json", text);
        const found = await models.load("propagation", propagationFileSchema);
        if (found.file === null) throw new ModelNotTaken(found.because);
      },
    },
    records("flows", FLOWS, (path) => readFlows(path, made.snapshot.virtualMachines)),
    records("requests", REQUESTS, readRequests),
    records("host events", HOST_EVENTS, (path) => readHostEvents(path, made.snapshot.hosts)),
    {
      name: "rvtools",
      turns: 1,
      good: RVTOOLS_EXPORT,
      make: breakRvtools,
      read: (text) => {
        unbundle(join(folder, "rvtools"), text);
        return readRvtools(join(folder, "rvtools"));
      },
    },
    {
      name: "soap",
      turns: 5,
      good: SOAP_ANSWER,
      make: breakSoap,
      read: (text) => {
        const answer = () => Promise.resolve({ status: 200, cookies: [], body: text });
        const https = { request: answer, address: { name: "vc" } } as unknown as HttpsClient;
        const self = new Reference("PropertyCollector", "propertyCollector");
        return new SoapTransport(https, "secret").invoke({ method: "RetrievePropertiesEx", self });
      },
    },
    {
      name: "telemetry rows",
      turns: 5,
      good: "vsphere_vm_cpu,moid=vm-1 usage_average=1 1700000000000000000",
      make: breakLine,
      read: (text) => {
        const line = parseLine(text);
        return line && parseHead(line.head);
      },
    },
  ];
}

/** Keys with two underscores at the root of a resource's inputs are Pulumi's own, and are passed over. */
function besidePulumis(make: () => Mutant): Mutant {
  const mutant = make();
  return mutant.what === 'the key "__proto__" added at ' ? besidePulumis(make) : mutant;
}

/** Its schema is Terraform's, and lets keys be that it doesn't know: only what is read can be wrong. */
function breakTerraform(random: Random): Mutant {
  if (random.uniform() < 0.4) return breakText(random, JSON.stringify(TERRAFORM));
  const copy = structuredClone(TERRAFORM) as {
    format_version: unknown;
    resource_changes: Record<string, unknown>[];
    configuration: { root_module: { resources: unknown } };
  };
  const [change] = copy.resource_changes;
  const wrong = random.pick<unknown>([1, true, ["x"], { a: 1 }]);
  const key = random.pick([
    "format_version",
    "address",
    "type",
    "name",
    "change",
    "resource_changes",
    "item",
    "resources",
  ]);
  if (key === "format_version") copy.format_version = random.pick<unknown>(["2.0", "0.1", "", 1, {}, null]);
  else if (key === "resource_changes") copy.resource_changes = random.pick<unknown>([1, "x", {}, true]) as never;
  else if (key === "item") copy.resource_changes = [random.pick<unknown>([1, "x", null, [], true])] as never;
  else if (key === "resources")
    copy.configuration.root_module.resources = random.pick<unknown>([1, "x", {}, [1], [null]]);
  else if (key === "change")
    change.change = random.pick<unknown>([1, "x", null, {}, { actions: "create" }, { actions: [1] }]);
  else change[key] = key === "address" ? random.pick<unknown>([wrong, ""]) : wrong;
  return { what: `${key} is wrong`, text: JSON.stringify(copy) };
}
