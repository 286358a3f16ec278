import type { PlanRequest } from "../engine/planner/request";
import type { Snapshot } from "../engine/snapshot";
import { AffinityError } from "../engine/errors";
import type { Settings } from "../provider/settings";
import { chooseCluster } from "./cluster";
import { withSuggestions } from "./config";
import { parseYamlFile } from "./files";
import { lazy } from "./lazy";
import type { WorldFlags } from "./options";

export interface RequestFlags extends WorldFlags {
  readonly request?: string;
  readonly include?: "none" | "unplaced" | "all";
  /** Name or id of a VM whose cost on every host the plan is to say; one that nobody knows is left to the caller. */
  readonly explain?: string;
}

type Loose = Record<string, unknown>;

/** A request in the making. */
export type Draft = Loose & { readonly cluster: string };

/** A request file as it stands; `cluster`, `asOf` and the settings may be left to flags and configuration. */
export function readRequestFile(path: string): Loose {
  const raw = parseYamlFile(path, "request");
  if (raw === null || typeof raw !== "object" || Array.isArray(raw)) {
    throw new AffinityError({
      code: "REQUEST_INVALID",
      message: `the request "${path}" must be a mapping with virtualMachines, and groups if there are any`,
    });
  }
  return raw as Loose;
}

/** What is to be planned: the request file, completed by flags, settings and the snapshot; not checked yet. */
export function draftRequest(flags: RequestFlags, settings: Settings, snapshot: Snapshot): Draft {
  const file = flags.request === undefined ? {} : readRequestFile(flags.request);
  const config = (file.config ?? {}) as Loose;
  const { explain } = flags;
  const asked = Array.isArray(file.virtualMachines) ? (file.virtualMachines as Loose[]) : [];
  const isVm =
    asked.some((vm) => vm.name === explain) ||
    snapshot.virtualMachines.some((vm) => vm.name === explain || vm.id === explain);
  return {
    include: "all",
    ...file,
    ...(flags.include !== undefined && { include: flags.include }),
    ...(explain !== undefined && isVm && { explain: [explain] }),
    cluster: chooseCluster(snapshot, flags.cluster ?? (file.cluster as string | undefined)),
    config: {
      ...settings.plan,
      ...config,
      weights: { ...settings.plan.weights, ...(config.weights as Loose | undefined) },
      ...(flags.seed !== undefined && { seed: flags.seed }),
    },
  };
}

/** @throws AffinityError REQUEST_INVALID listing every problem at once. */
export function parseRequest(draft: Draft, flags: RequestFlags): PlanRequest {
  const { planRequestSchema } = lazy.request();
  const subject = flags.request === undefined ? "the request" : `the request "${flags.request}"`;
  try {
    return lazy.validate().validate(planRequestSchema, draft, { code: "REQUEST_INVALID", subject });
  } catch (error) {
    throw withSuggestions(error, planRequestSchema);
  }
}

/**
 * The groups of a request file.
 * @throws AffinityError REQUEST_INVALID.
 */
export function readGroups(path: string): PlanRequest["groups"] {
  const { groups } = readRequestFile(path);
  return lazy.validate().validate(lazy.request().planRequestSchema.shape.groups, groups, {
    code: "REQUEST_INVALID",
    subject: `the groups of the request "${path}"`,
  });
}
