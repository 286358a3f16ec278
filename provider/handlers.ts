import type { dynamic } from "@pulumi/pulumi";
import { AffinityError } from "../engine/errors";
import { checkPlacement } from "./placement/check";
import { diffPlacement, readPlacement, recordPlacement, releasePlacement } from "./placement/lifecycle";
import { type Settings, SETTING_KEYS, parseSettings } from "./settings";

/**
 * What the serialized providers in a stack's state call, by this module's path: the path and the names exported here
 * are part of the state's format and never change.
 */
const NAMESPACE = "vsphere-affinity";

type State = Record<string, unknown>;
type Handler = Required<Omit<dynamic.ResourceProvider<State, State>, "configure">> & {
  configure(request: dynamic.ConfigureRequest): Promise<void>;
};

let stackConfig: Record<string, unknown> | null = null;

/** The stack's `vsphere-affinity:*` values; structured ones come as JSON. Unknown keys are kept, to be refused by name. */
function configOf(request: dynamic.ConfigureRequest): Record<string, unknown> {
  const raw = (request.config as unknown as { rawConfig?: Record<string, string> }).rawConfig;
  const keys = raw
    ? Object.keys(raw).filter((key) => key.startsWith(`${NAMESPACE}:`))
    : SETTING_KEYS.map((key) => `${NAMESPACE}:${key}`);
  const entries = keys.flatMap((key) => {
    const value = request.config.get(key);
    return value === undefined ? [] : [[key.slice(NAMESPACE.length + 1), structured(value)]];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function structured(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
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
    return await work();
  } catch (error) {
    throw readable(error);
  }
}

export const placement: Handler = {
  configure: (request) => {
    stackConfig = configOf(request);
    return Promise.resolve();
  },

  check: async (olds, news) => {
    try {
      return { inputs: (await checkPlacement(olds, news, settings(), now())) as State };
    } catch (error) {
      if (!(error instanceof AffinityError)) throw error;
      return { inputs: news, failures: [{ property: "", reason: error.describe() }] };
    }
  },

  diff: (_id, olds, news) => Promise.resolve({ changes: diffPlacement(olds, news), replaces: [] }),

  create: (inputs) =>
    readably(async () => ({
      id: String(inputs.owner),
      outs: (await recordPlacement({}, inputs, settings())) as State,
    })),

  update: (_id, olds, news) =>
    readably(async () => ({ outs: (await recordPlacement(olds, news, settings())) as State })),

  // What is found goes to the inputs as well: of outputs, a refresh says only that they changed.
  read: (id, props) =>
    readably(async () => {
      const state = (await readPlacement(props ?? {}, settings())) as State;
      const { drift, ...inputs } = state;
      return { id, props: state, inputs: Array.isArray(drift) && drift.length > 0 ? state : inputs };
    }),

  delete: (_id, props) => readably(() => releasePlacement(props, settings())),
};
