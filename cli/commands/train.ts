import { InvalidArgumentError } from "commander";
import { AffinityError } from "../../engine/errors";
import type { Trained } from "../../engine/models/training";
import type { CliCommand } from "../command";
import { loadSettings } from "../config";
import { ExitCode } from "../exit";
import { lazy } from "../lazy";
import { addInventoryOptions, addTelemetryOptions, type WorldFlags } from "../options";
import { renderTable } from "../table";
import { readSnapshot, withTelemetry } from "../world";
import { wrap } from "../wrap";

interface TrainFlags extends WorldFlags {
  readonly days?: number;
  readonly hostEvents?: string;
  readonly flows?: string;
  readonly requests?: string;
}

const DAYS = 30;

/** Learns from the user's own history; what can't be learned says why, and its fallback serves. */
export const trainCommand: CliCommand<TrainFlags> = {
  name: "train",
  summary: "train the models on your own history; those no better than their baseline say so",
  examples: [
    "vsphere-affinity train --inventory inventory.json --telemetry telemetry.duckdb --models models",
    "vsphere-affinity train --models models --host-events events.csv --requests requests.csv --days 60",
  ],
  configure(command) {
    addInventoryOptions(command);
    addTelemetryOptions(command);
    command
      .option("--days <number>", `days of telemetry to learn from (default: ${DAYS})`, parseDays)
      .option("--host-events <file>", "known troubles of hosts: CSV, or a JSON object a line")
      .option("--flows <file>", "network flows among VMs: CSV, or a JSON object a line")
      .option("--requests <file>", "history of requests: CSV, or a JSON object a line");
  },
  async run(context, flags) {
    const settings = loadSettings(flags, context.environment);
    if (settings.models === undefined) {
      throw new AffinityError({
        code: "MODELS_MISSING",
        message: "nothing says where the trained models are to be kept",
        hint: "give --models FOLDER, or write `models: FOLDER` into the settings",
      });
    }
    const store = new (lazy.modelStore().ModelStore)(settings.models);
    const snapshot = await readSnapshot(context, settings);
    const { trainModels, readTrainingData, readHostEvents, readFlows, readRequests, updateCommunication } =
      lazy.training();
    const { hostEvents: eventsFile = settings.hostEvents, requests: requestsFile = settings.requests } = flags;
    const events = eventsFile === undefined ? [] : await readHostEvents(eventsFile, snapshot.hosts);
    const flowsFile = flags.flows ?? settings.flows;
    const flows = flowsFile === undefined ? [] : await readFlows(flowsFile, snapshot.virtualMachines);
    const requests = requestsFile === undefined ? null : await readRequests(requestsFile);
    const data = await context.steps.run("reading the history", (report) =>
      withTelemetry(settings, async (telemetry) => {
        const world = { snapshot, telemetry, journal: lazy.journal().openJournal(settings.journal) };
        const asOf = await lazy.world().instantOf(settings, world, Math.floor(Date.now() / 1000));
        return readTrainingData(
          {
            ...{ snapshot, telemetry, events, requests, asOf },
            ...{ days: flags.days ?? DAYS, horizonHours: settings.plan.horizonHours },
          },
          {
            signal: context.signal,
            onProgress: ({ what, done, total }) => report({ text: what, done, total }),
          },
        );
      }),
    );
    const trained = await context.steps.run("training", (report) =>
      trainModels(data, store, {
        seed: settings.plan.seed,
        signal: context.signal,
        onProgress: ({ what, done, total }) => report({ text: what, done, total }),
      }),
    );
    if (flags.hostEvents !== undefined && settings.hostEvents === undefined) {
      const words = "the models of failures look back on these host events when a plan is made, too";
      context.output.note(`note: ${words}: set \`hostEvents: ${flags.hostEvents}\` in the settings`);
    }
    const graph = (await updateCommunication(store, snapshot, flows, data.asOf))?.graph ?? null;
    const communication = graph && { virtualMachines: graph.nodes.length, edges: graph.edges.length };
    const result = { folder: store.folder, asOf: data.asOf, models: trained, communication };
    context.output.result(result, () =>
      [
        text(trained, context.output.columns, context.output.proseColumns),
        ...wrap(communicationText(communication), context.output.proseColumns, "  "),
      ].join("\n"),
    );
    return ExitCode.clean;
  },
};

function communicationText(graph: { readonly virtualMachines: number; readonly edges: number } | null): string {
  return graph === null
    ? "propagation: no flows were given and no rule declares that VMs depend on others; relations of the request serve"
    : `propagation: ${graph.edges} dependencies among ${graph.virtualMachines} VMs`;
}

function text(trained: readonly Trained[], width: number, proseWidth: number): string {
  const columns = [
    { title: "MODEL", min: 22 },
    { title: "SAMPLES", align: "right" as const },
    { title: "SKILL", align: "right" as const },
    { title: "BASELINE", align: "right" as const },
    { title: "USED", fill: true },
  ];
  const rows = trained.map(({ model, samples, skill, used }) => [
    model,
    String(samples),
    skill?.value.toFixed(3) ?? "-",
    skill?.baseline.value.toFixed(3) ?? "-",
    used,
  ]);
  const reasons = trained.flatMap(({ model, used, because, skill }) => [
    ...(used === model ? [] : wrap(`${model}: ${because}; ${used} serves`, proseWidth, "  ")),
    ...(skill
      ? wrap(`${model}: skill is ${skill.measure}, held against ${skill.baseline.name}`, proseWidth, "  ")
      : []),
  ]);
  return [renderTable(columns, rows, width), ...reasons].join("\n");
}

function parseDays(value: string): number {
  const days = Number(value);
  if (!Number.isInteger(days) || days < 1 || days > 3650) {
    throw new InvalidArgumentError("Give whole days, from 1 to 3650.");
  }
  return days;
}
