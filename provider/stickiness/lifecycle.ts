import { AffinityError } from "../../engine/errors";
import { canonicalJson } from "../../engine/digest";
import { findCluster, type Snapshot } from "../../engine/snapshot";
import { contradictions, membersOf } from "../../engine/planner/stickiness";
import type { Settings } from "../settings";
import { type Acting, isRuleThere, withActions } from "../acting";
import { openInventory } from "../world";
import type { FoundRule, VmRule } from "../vsphere";
import { parseInputs, sameUserInputs } from "./inputs";
import { plannedIn, type PlannedStickiness, type StickinessDrift } from "./planned";

type State = Readonly<Record<string, unknown>>;

/** What of a stickiness's state differs: what was asked, the rule and its end, or what a refresh found. */
export function diffStickiness(olds: State, news: State): boolean {
  if (!sameUserInputs(olds, news)) return true;
  if (Array.isArray(olds.drift) && olds.drift.length > 0) return true;
  const decision = (planned: PlannedStickiness | null) => planned && [planned.rule, planned.expiresAt];
  return canonicalJson(decision(plannedIn(olds))) !== canonicalJson(decision(plannedIn(news)));
}

/**
 * Makes the cluster have the rule that was planned, and only that of this resource: adds it, changes it, or removes it
 * where it isn't wanted any more. Done again after a crash, it ends the same.
 * @throws AffinityError STICKINESS_RULE_EXISTS for a rule of that name which is not this resource's,
 * STICKINESS_VM_UNKNOWN, STICKINESS_CONFLICT, those of the vCenter and of the journal.
 */
export async function applyStickiness(olds: State, inputs: State, settings: Settings): Promise<State> {
  const planned = plannedIn(inputs);
  if (planned === null) throw new Error("the stickiness has no plan: its inputs did not come from check");
  const { adopt, owner } = parseInputs(inputs);
  return withActions(settings, owner, async (acting) => {
    const found = await acting.actions.rules(planned.clusterId);
    const before = ownRule(olds, found) ?? (await unfinished(acting, planned, found));
    const wanted = planned.rule === null ? null : draftOf(inputs, planned, acting.snapshot, before?.key ?? null);
    // A rule that is to have another name is another rule; vCenter knows rules by their names as well.
    if (before && before.name !== wanted?.name) await remove(acting, planned.clusterId, before);
    if (wanted === null) return keep(acting, { ...inputs, key: null, drift: [] });
    const there = before?.name === wanted.name ? before : (found.find(({ name }) => name === wanted.name) ?? null);
    if (there && there.key !== before?.key && !adopt) throw exists(wanted.name);
    const key = await ensure(acting, planned.clusterId, wanted, there);
    return keep(acting, { ...inputs, key, drift: [] });
  });
}

/** For scheduled runs, which renew, change and retire the rule between two updates of the program. */
async function keep(acting: Acting, state: State): Promise<State> {
  const { owner } = parseInputs(state);
  const planned = plannedIn(state)!;
  const cluster = `${planned.source}/${planned.clusterId}`;
  await acting.declarations.save({ owner, kind: "Stickiness", cluster, state });
  return state;
}

async function ensure(acting: Acting, cluster: string, wanted: VmRule, there: FoundRule | null): Promise<number> {
  if (there && sameRule(there, wanted)) return there.key;
  if (there) {
    const detail = { cluster, key: there.key, rule: wanted };
    await acting.logged({ kind: "edit-rule", subject: wanted.name, cluster, detail }, () =>
      acting.actions.editRule(cluster, there.key, wanted),
    );
    return there.key;
  }
  const detail = { cluster, rule: wanted };
  return acting.logged({ kind: "add-rule", subject: wanted.name, cluster, detail }, () =>
    acting.actions.addRule(cluster, wanted),
  );
}

async function remove(acting: Acting, cluster: string, rule: FoundRule): Promise<void> {
  const detail = { cluster, key: rule.key, rule };
  await acting.logged({ kind: "remove-rule", subject: rule.name, cluster, detail }, () =>
    acting.actions.removeRule(cluster, rule.key),
  );
}

/** Removes the rule of this resource, and no other: keys are given to other rules again. */
export async function removeStickiness(state: State, settings: Settings): Promise<void> {
  const planned = plannedIn(state);
  if (planned === null) return;
  await withActions(settings, String(state.owner), async (acting) => {
    if (acting.snapshot.clusters.some(({ id }) => id === planned.clusterId)) {
      const found = await acting.actions.rules(planned.clusterId);
      const own = ownRule(state, found) ?? (await unfinished(acting, planned, found));
      if (own) await remove(acting, planned.clusterId, own);
    }
    await acting.declarations.withdraw(String(state.owner), "Stickiness", `${planned.source}/${planned.clusterId}`);
  });
}

/** What a refresh finds: the rule gone, changed by somebody, or still there after its end. */
export async function readStickiness(state: State, settings: Settings, now: number): Promise<State> {
  const planned = plannedIn(state);
  if (planned?.rule === null || planned === null || state.key === null) return { ...state, drift: [] };
  const { rule, expiresAt } = planned;
  // Only read: a run that acts meanwhile is not to be kept from it.
  const found = await rulesOf(planned.clusterId, settings);
  const own = ownRule(state, found);
  const drift: StickinessDrift[] = [];
  if (own === null) drift.push({ what: "rule missing", detail: `the cluster has no rule "${rule.name}" of ours` });
  else {
    const differences = differencesOf(own, {
      name: rule.name,
      kind: rule.kind,
      mandatory: rule.mandatory,
      virtualMachines: rule.virtualMachines.flatMap(({ vmId }) => vmId ?? []),
    });
    if (differences.length > 0) drift.push({ what: "rule changed", detail: differences.join("; ") });
    if (expiresAt !== null && Date.parse(expiresAt) / 1000 <= now) {
      drift.push({ what: "rule expired", detail: `since ${expiresAt}` });
    }
  }
  return { ...state, drift };
}

/** VM rules as the inventory has them; none where the cluster is gone. */
async function rulesOf(clusterId: string, settings: Settings): Promise<FoundRule[]> {
  const inventory = openInventory(settings);
  try {
    const { clusters } = await inventory.snapshot();
    const rules = clusters.find(({ id }) => id === clusterId)?.rules ?? [];
    return rules.flatMap((rule) => (rule.kind === "vmAffinity" || rule.kind === "vmAntiAffinity" ? [rule] : []));
  } finally {
    await inventory.close();
  }
}

/** The resource's own rule: by its key, and by its name, for vCenter may give the key to another. */
function ownRule(state: State, found: readonly FoundRule[]): FoundRule | null {
  const name = plannedIn(state)?.rule?.name;
  if (typeof state.key !== "number" || name === undefined) return null;
  return found.find((rule) => rule.key === state.key && rule.name === name) ?? null;
}

/** A rule that a run of this resource added before it was killed: the log has the intent, and no state the key. */
async function unfinished(
  acting: Acting,
  planned: PlannedStickiness,
  found: readonly FoundRule[],
): Promise<FoundRule | null> {
  const name = planned.rule?.name;
  if (name === undefined) return null;
  const mine = isRuleThere(await acting.lastWord(name));
  return mine ? (found.find((rule) => rule.name === name) ?? null) : null;
}

function draftOf(inputs: State, planned: PlannedStickiness, snapshot: Snapshot, own: number | null): VmRule {
  const request = parseInputs(inputs);
  const cluster = findCluster(snapshot, planned.clusterId);
  const members = membersOf(request, snapshot, cluster);
  const missing = members.filter(({ id }) => id === null);
  if (missing.length > 0) {
    throw new AffinityError({
      code: "STICKINESS_VM_UNKNOWN",
      message: `the cluster ${cluster.name} has no virtual machine ${missing.map(({ name }) => `"${name}"`).join(", ")}`,
      hint: "let the stickiness depend on the VMs (dependsOn), so that they are made before it",
    });
  }
  const rule = planned.rule!;
  const ids = members.map(({ id }) => id!);
  const draft = { name: rule.name, keep: request.keep, virtualMachines: ids, mandatory: rule.mandatory };
  // A name that is taken has an error of its own, unless the rule is to be adopted.
  const conflicts = contradictions(draft, cluster, snapshot, own);
  if (conflicts.length > 0) {
    throw new AffinityError({
      code: "STICKINESS_CONFLICT",
      message: `the rule "${rule.name}" would fight with what the cluster has`,
      problems: conflicts.map((message) => ({ path: rule.name, message })),
      hint: "the cluster has changed since the preview; run it again",
    });
  }
  return { name: rule.name, kind: rule.kind, mandatory: rule.mandatory, virtualMachines: ids };
}

function differencesOf(found: FoundRule, wanted: VmRule): string[] {
  const differences: string[] = [];
  const ids = (list: readonly string[]) => [...list].sort().join(", ");
  if (found.kind !== wanted.kind) differences.push(`it is a ${found.kind} rule, not ${wanted.kind}`);
  if (!found.enabled) differences.push("it is disabled");
  if (found.mandatory !== (wanted.mandatory ?? false)) {
    differences.push(found.mandatory ? "it has become mandatory" : "it is mandatory no more");
  }
  if (ids(found.virtualMachines) !== ids(wanted.virtualMachines)) {
    differences.push(`it has ${ids(found.virtualMachines) || "no VMs"}, not ${ids(wanted.virtualMachines)}`);
  }
  return differences;
}

const sameRule = (found: FoundRule, wanted: VmRule): boolean => differencesOf(found, wanted).length === 0;

const exists = (name: string) =>
  new AffinityError({
    code: "STICKINESS_RULE_EXISTS",
    message: `the cluster has a rule named "${name}" that this resource did not make`,
    hint: "choose another ruleName, or set adopt to take it over",
  });
