import type { dynamic } from "@pulumi/pulumi";
import { AffinityError } from "../engine/errors";
import { checkPlacement } from "./placement/check";
import { diffPlacement, readPlacement, recordPlacement, releasePlacement } from "./placement/lifecycle";
import { checkPreparation } from "./preparation/check";
import { applyPreparation, diffPreparation, removePreparation } from "./preparation/lifecycle";
import { readPreparation } from "./preparation/read";
import { applySchedule, checkSchedule, diffSchedule, removeSchedule, ScheduleFailed } from "./schedule/lifecycle";
import { checkProactive } from "./proactive/check";
import { applyProactive, diffProactive, readProactive, removeProactive } from "./proactive/lifecycle";
import { readSchedule } from "./schedule/read";
import { checkStickiness } from "./stickiness/check";
import { applyStickiness, diffStickiness, readStickiness, removeStickiness } from "./stickiness/lifecycle";
import { inTrace } from "./tracing/provider";
import { type Settings, SETTING_KEYS, parseSettings } from "./settings";
import { NAMESPACE, settingsOfStack } from "./stack-config";

/**
 * What the serialized providers in a stack's state call, by this module's path: the path and the names exported here
 * are part of the state's format and never change.
 */

type State = Record<string, unknown>;
type Handler = Required<Omit<dynamic.ResourceProvider<State, State>, "configure">> & {
  configure(request: dynamic.ConfigureRequest): Promise<void>;
};

let stackConfig: Record<string, unknown> | null = null;

function configOf(request: dynamic.ConfigureRequest): Record<string, unknown> {
  const raw = (request.config as unknown as { rawConfig?: Record<string, string> }).rawConfig;
  const keys = raw
    ? Object.keys(raw).filter((key) => key.startsWith(`${NAMESPACE}:`))
    : SETTING_KEYS.map((key) => `${NAMESPACE}:${key}`);
  const entries = keys.flatMap((key) => {
    const value = request.config.get(key);
    return value === undefined ? [] : [[key.slice(NAMESPACE.length + 1), value]];
  });
  return settingsOfStack(Object.fromEntries(entries) as Record<string, string>);
}

function settings(): Settings {
  return parseSettings(stackConfig ?? {}, `the stack's configuration (${NAMESPACE}:*)`);
}

const now = () => Math.floor(Date.now() / 1000);

/** Errors of the user go out as their text alone; Pulumi would print the stack of anything else. */
function readable(error: unknown): unknown {
  if (!(error instanceof AffinityError)) return error;
  const plain = new Error(error.describe());
  plain.stack = plain.message;
  return plain;
}

async function readably<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await inTrace(work);
  } catch (error) {
    throw readable(error);
  }
}

const configure = (request: dynamic.ConfigureRequest): Promise<void> => {
  stackConfig = configOf(request);
  return Promise.resolve();
};

/** A check's refusal is shown beneath the resource's name; anything else is a defect. */
async function checked(news: State, work: () => Promise<unknown>): Promise<dynamic.CheckResult<State>> {
  try {
    return { inputs: (await inTrace(work)) as State };
  } catch (error) {
    if (!(error instanceof AffinityError)) throw error;
    return { inputs: news, failures: [{ property: "", reason: error.describe() }] };
  }
}

/** What a refresh found goes to the inputs as well: of outputs, it says only that they changed. */
function found(id: string, state: State): dynamic.ReadResult {
  const { drift, ...inputs } = state;
  return { id, props: state, inputs: Array.isArray(drift) && drift.length > 0 ? state : inputs };
}

export const placement: Handler = {
  configure,

  check: (olds, news) => checked(news, () => checkPlacement(olds, news, settings(), now())),

  diff: (_id, olds, news) => Promise.resolve({ changes: diffPlacement(olds, news), replaces: [] }),

  create: (inputs) =>
    readably(async () => ({
      id: String(inputs.owner),
      outs: (await recordPlacement({}, inputs, settings())) as State,
    })),

  update: (_id, olds, news) =>
    readably(async () => ({ outs: (await recordPlacement(olds, news, settings())) as State })),

  read: (id, props) => readably(async () => found(id, (await readPlacement(props ?? {}, settings())) as State)),

  delete: (_id, props) => readably(() => releasePlacement(props, settings())),
};

export const stickiness: Handler = {
  configure,

  check: (olds, news) => checked(news, () => checkStickiness(olds, news, settings(), now())),

  // Another cluster is another rule: the old one goes when the new one is there.
  diff: (_id, olds, news) =>
    Promise.resolve({
      changes: diffStickiness(olds, news),
      replaces: olds.clusterId !== undefined && olds.clusterId !== news.clusterId ? ["cluster"] : [],
    }),

  create: (inputs) =>
    readably(async () => ({
      id: String(inputs.owner),
      outs: (await applyStickiness({}, inputs, settings())) as State,
    })),

  update: (_id, olds, news) =>
    readably(async () => ({ outs: (await applyStickiness(olds, news, settings())) as State })),

  read: (id, props) => readably(async () => found(id, (await readStickiness(props ?? {}, settings(), now())) as State)),

  delete: (_id, props) => readably(() => removeStickiness(props, settings())),
};

export const proactiveAllocation: Handler = {
  configure,

  check: (olds, news) => checked(news, () => checkProactive(olds, news, settings(), now())),

  // Room and addresses are kept by owner: in another cluster they take the place of the old ones.
  diff: (_id, olds, news) => Promise.resolve({ changes: diffProactive(olds, news), replaces: [] }),

  create: (inputs) =>
    readably(async () => ({
      id: String(inputs.owner),
      outs: (await applyProactive({}, inputs, settings(), now)) as State,
    })),

  update: (_id, olds, news) =>
    readably(async () => ({ outs: (await applyProactive(olds, news, settings(), now)) as State })),

  read: (id, props) => readably(async () => found(id, (await readProactive(props ?? {}, settings(), now)) as State)),

  delete: (_id, props) => readably(() => removeProactive(props, settings(), now)),
};

export const hostPreparation: Handler = {
  configure,

  check: (olds, news) => checked(news, () => checkPreparation(olds, news, settings(), now(), { asShown: true })),

  // Another cluster has another pool: the old one goes when the new one is there.
  diff: (_id, olds, news) =>
    Promise.resolve({
      changes: diffPreparation(olds, news),
      replaces: olds.clusterId !== undefined && olds.clusterId !== news.clusterId ? ["cluster"] : [],
    }),

  create: (inputs) =>
    readably(async () => ({
      id: String(inputs.owner),
      outs: (await applyPreparation({}, inputs, settings(), now())) as State,
    })),

  update: (_id, olds, news) =>
    readably(async () => ({ outs: (await applyPreparation(olds, news, settings(), now())) as State })),

  read: (id, props) =>
    readably(async () => found(id, (await readPreparation(props ?? {}, settings(), now())) as State)),

  delete: (_id, props) => readably(() => removePreparation(props, settings())),
};

export const migrationSchedule: Handler = {
  configure,

  check: (olds, news) => checked(news, () => checkSchedule(olds, news, settings(), now())),

  diff: (_id, olds, news) => Promise.resolve({ changes: diffSchedule(olds, news), replaces: [] }),

  create: (inputs) => partly(String(inputs.owner), () => applySchedule(inputs, settings(), now), asCreated),

  update: (id, olds, news) => partly(id, () => applySchedule(news, settings(), now, olds), asUpdated),

  read: (id, props) =>
    readably(async () => {
      const state = (await readSchedule(props ?? {}, settings())) as State;
      return Array.isArray(state.drift) && state.drift.length > 0 ? found(id, state) : { id, props: state };
    }),

  delete: (_id, props) => readably(() => removeSchedule(props, settings())),
};

const asCreated = (id: string, outs: State): dynamic.CreateResult<State> => ({ id, outs });
const asUpdated = (_id: string, outs: State): dynamic.UpdateResult<State> => ({ outs });

/** Where a run stops half-way, Pulumi is told how far it came: an error with these three keeps the state. */
function partly<T>(id: string, work: () => Promise<unknown>, as: (id: string, outs: State) => T): Promise<T> {
  return readably(async () => {
    try {
      return as(id, (await work()) as State);
    } catch (error) {
      if (!(error instanceof ScheduleFailed)) throw error;
      throw Object.assign(new Error(error.message), { id, properties: error.state, reasons: error.reasons });
    }
  });
}
