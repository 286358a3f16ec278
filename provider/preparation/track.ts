import { type ActionLog, PredictionLog, type PreparationWindow, PreparationLog } from "../../engine/journal";
import {
  judgePreparations,
  keyOfAsker,
  keyOfRecord,
  NO_PREPARATIONS,
  type PreparationRecord,
  type RequestRecord,
} from "../../engine/models/profile";
import { type Overhead, overheadOf } from "../../engine/planner/preparation";
import type { Settings } from "../settings";
import { historyOf } from "./history";
import { parseInputs, type PreparationInputs } from "./inputs";
import { plannedIn } from "./planned";

type State = Readonly<Record<string, unknown>>;

/**
 * Writes down what was said of the window that begins now and whether it was prepared, and what came of windows that are
 * over: both for the resource's own record and, as a forecast against what came true, for the model's.
 * @param now epoch seconds
 * @returns the record so far
 */
export async function track(settings: Settings, inputs: State, now: number): Promise<PreparationRecord> {
  const planned = plannedIn(inputs);
  const request = parseInputs(inputs);
  if (planned === null) return recordOf(settings, request.owner);
  const history = await historyOf(settings);
  const asked = (from: number, until: number) => isAsked(history, request, from, until);
  const length = request.windowMinutes * 60;
  // What happened is in the history a little later than it happened.
  const judge = ({ from, until }: Pick<PreparationWindow, "from" | "until">) =>
    asked(from, until) ? true : now >= until + length ? false : null;
  const log = new PreparationLog(settings.journal);
  const cluster = `${planned.source}/${planned.clusterId}`;
  await log.settle(request.owner, now, judge);
  const until = planned.until === null ? null : Date.parse(planned.until) / 1000;
  const from = until === null ? Math.floor(now / 60) * 60 : until - length;
  const { probability, model } = planned;
  await log.recordWindow({
    ...{ owner: request.owner, cluster, from, until: from + length, probability },
    prepared: planned.prepared !== null,
  });
  const predictions = new PredictionLog(settings.journal);
  const subject = subjectOf(request);
  await predictions.settle(cluster, now, (prediction) => {
    if (prediction.subject !== subject || prediction.event !== "request") return null;
    const came = judge({ from: prediction.at, until: prediction.due });
    return came === null ? null : Number(came);
  });
  if (probability !== null) {
    const said = { model, cluster, subject, at: from, due: from + length, value: probability };
    await predictions.record([{ ...said, unit: "probability", event: "request", bound: null }]);
  }
  return recordOf(settings, request.owner);
}

/** How an owner's preparations have done, as far as it is known. */
export async function recordOf(settings: Pick<Settings, "journal">, owner: string): Promise<PreparationRecord> {
  const windows = await new PreparationLog(settings.journal).windows(owner);
  return windows.reduce((record, { prepared, requested }) => {
    if (requested === null) return record;
    return judgePreparations(record, new Set(prepared ? [owner] : []), new Set(requested ? [owner] : []));
  }, NO_PREPARATIONS);
}

/** What an owner's reservations in a vCenter have cost so far. */
export async function overheadNow(log: ActionLog, source: string, owner: string, now: number): Promise<Overhead> {
  const here = (await log.actions()).filter(({ cluster }) => cluster.startsWith(`${source}/`));
  return overheadOf(here, owner, now);
}

const nameOf = ({ user = "", application = "" }: { user?: string; application?: string }, request: PreparationInputs) =>
  keyOfRecord({ user, application }, keyOfAsker({ user: request.user, application: request.application }));

/** Never the id of a host, of which the same journal holds forecasts. */
const subjectOf = (request: PreparationInputs): string => `requests of ${nameOf(request, request)}`;

function isAsked(history: readonly RequestRecord[], request: PreparationInputs, from: number, until: number): boolean {
  const name = nameOf(request, request);
  return history.some((record) => record.start >= from && record.start < until && nameOf(record, request) === name);
}
