import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import type { Arm, BacktestRow } from "../../engine/backtest";
import { AffinityError } from "../../engine/errors";
import type { ReplayOutcome } from "../../engine/replay";
import { chooseCluster } from "../cluster";
import type { CliCommand } from "../command";
import { loadSettings } from "../config";
import { writeTextFile } from "../files";
import { ExitCode } from "../exit";
import { lazy } from "../lazy";
import { ARMS } from "../report/backtest/arms";
import { addInventoryOptions, addPlanOptions, addTelemetryOptions, type WorldFlags } from "../options";
import { renderTable } from "../table";
import { readSnapshot, withTelemetry } from "../world";
import { wrap } from "../wrap";

interface BacktestFlags extends WorldFlags {
  readonly days?: number;
  readonly testDays?: number;
  readonly folds?: number;
  readonly everyMinutes?: number;
  readonly out?: string;
}

const DEFAULTS = { days: 21, testDays: 7, folds: 1, everyMinutes: 60 };

/** What models and planner would have been worth on the user's own history. */
export const backtestCommand: CliCommand<BacktestFlags> = {
  name: "backtest",
  summary: "measure models and planner on your own history: errors, calibration, overload that would have been",
  examples: [
    "vsphere-affinity backtest --inventory inventory.json --telemetry telemetry.duckdb --test-days 7",
    "vsphere-affinity backtest --inventory inventory.json --telemetry telemetry.duckdb --out backtest.html",
  ],
  configure(command) {
    addInventoryOptions(command);
    addTelemetryOptions(command);
    addPlanOptions(command);
    const number = (flag: string, what: string, value: number) =>
      command.option(`--${flag} <number>`, `${what} (default: ${value})`, parseCount);
    number("days", "days of telemetry that each fold learns from", DEFAULTS.days);
    number("test-days", "days that each fold is judged on", DEFAULTS.testDays);
    number("folds", "folds, one after the other, the last one ending now", DEFAULTS.folds);
    number("every-minutes", "time between two decisions of the replay", DEFAULTS.everyMinutes);
    command.option("--out <file>", "the result as a page, too: one HTML file");
  },
  async run(context, flags) {
    const settings = loadSettings(flags, context.environment);
    if (!settings.telemetry) {
      throw new AffinityError({
        code: "TELEMETRY_EMPTY",
        message: "there is no history to look back on",
        hint: "give --telemetry FILE or URL",
      });
    }
    const snapshot = await readSnapshot(context, settings);
    const cluster = lazy.snapshot().findCluster(snapshot, chooseCluster(snapshot, flags.cluster));
    const { readHostEvents, readRequests } = lazy.training();
    const events = settings.hostEvents === undefined ? [] : await readHostEvents(settings.hostEvents, snapshot.hosts);
    const requests = settings.requests === undefined ? null : await readRequests(settings.requests);
    const { days, testDays, folds, everyMinutes } = { ...DEFAULTS, ...flags };
    const folder = await mkdtemp(join(tmpdir(), "backtest-"));
    try {
      const result = await context.steps.run("backtesting", (report) =>
        withTelemetry(settings, async (telemetry) => {
          const world = { snapshot, telemetry, journal: lazy.journal().openJournal(settings.journal) };
          const asOf = await lazy.world().instantOf(settings, world, Math.floor(Date.now() / 1000));
          const { backtest, whatIf } = lazy.backtest();
          const { plan: config } = settings;
          const run = {
            signal: context.signal,
            onProgress: ({ what, done, total }: { what: string; done: number; total: number }) =>
              report({ text: what, done, total }),
          };
          const sources = { snapshot, telemetry, events, requests, asOf, days, horizonHours: config.horizonHours };
          const store = new (lazy.modelStore().ModelStore)(folder);
          const { models, trained, from } = await backtest(sources, cluster, {
            config,
            testDays,
            folds,
            store,
            ...run,
          });
          const size = { vms: snapshot.virtualMachines.length, hosts: snapshot.hosts.length, resources: 2, slots: 24 };
          const { device } = await lazy.compute().chooseDevice(settings.device, size, { calls: 2, ...run });
          try {
            const replay = await whatIf(snapshot, cluster, telemetry!, {
              ...{ from, until: asOf, historyDays: Math.min(days, config.historyDays), config, device, ...run },
              ...{ stepSeconds: 900, everySeconds: everyMinutes * 60, forecaster: trained.forecasters.cpu ?? null },
            });
            return { asOf, from, models, replay };
          } finally {
            await device.dispose();
          }
        }),
      );
      const shown = { ...result, replay: withoutPlacements(result.replay) };
      if (flags.out !== undefined) {
        const about = { cluster: cluster.name, source: snapshot.source.name };
        const page = lazy.backtestPage().renderBacktest({ ...about, ...result });
        writeTextFile(flags.out, page, "backtest");
      }
      context.output.result({ ...shown, ...(flags.out !== undefined && { file: resolve(flags.out) }) }, () =>
        [
          text(result.models, result.replay, context.output),
          ...(flags.out === undefined ? [] : [resolve(flags.out)]),
        ].join("\n"),
      );
      return ExitCode.clean;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

type Outcomes = Readonly<Record<Arm, ReplayOutcome>>;

function withoutPlacements(outcomes: Outcomes): Record<string, Omit<ReplayOutcome, "placement">> {
  return Object.fromEntries(
    Object.entries(outcomes).map(([arm, outcome]) => {
      const { placement, ...rest } = outcome;
      return [arm, { ...rest, hosts: new Set(Object.values(placement)).size }];
    }),
  );
}

function text(
  models: readonly BacktestRow[],
  outcomes: Outcomes,
  { columns, proseColumns }: { columns: number; proseColumns: number },
): string {
  const figure = (value: number | null, digits = 4) => value?.toFixed(digits) ?? "-";
  const right = "right" as const;
  const modelTable = renderTable(
    [
      { title: "MODEL", min: 22 },
      { title: "JUDGED", align: right },
      { title: "ERROR", align: right },
      { title: "FALLBACK'S", align: right },
      { title: "SKILL", align: right },
      { title: "ECE", align: right },
      { title: "MEASURE", fill: true },
    ],
    models.map(({ model, judged, error, fallbackError, skill, calibrationError, measure }) => [
      ...[model, String(judged), figure(error), figure(fallbackError), figure(skill, 3)],
      ...[figure(calibrationError), measure],
    ]),
    columns,
  );
  const reasons = models
    .filter(({ because }) => because !== "")
    .flatMap(({ model, because, fallback }) =>
      wrap(`${model}: ${because} (fallback: ${fallback})`, proseColumns, "  "),
    );
  const replayTable = renderTable(
    [
      { title: "WHO LOOKED AFTER IT", fill: true },
      { title: "OVERLOAD MINUTES", align: right },
      { title: "VM MINUTES LOST", align: right },
      { title: "MOVES", align: right },
    ],
    ARMS.map(({ arm, name }) => {
      const { overloadMinutes, lostVmMinutes, moves } = outcomes[arm];
      return [name, overloadMinutes.toFixed(0), lostVmMinutes.toFixed(1), String(moves)];
    }),
    columns,
  );
  return [modelTable, ...reasons, "", replayTable].join("\n");
}

function parseCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1 || count > 3650) {
    throw new InvalidArgumentError("Give a whole number of 1 or more.");
  }
  return count;
}
