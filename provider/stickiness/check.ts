import { hostOutlook } from "../../engine/models";
import { planRequestSchema } from "../../engine/planner/request";
import { keepExpiry, planStickiness, ruleConflicts, type StickinessPlan } from "../../engine/planner/stickiness";
import { AffinityError } from "../../engine/errors";
import { listNames } from "../../engine/planner/wording";
import { findCluster } from "../../engine/snapshot";
import type { Settings } from "../settings";
import { actionLogOf, isRuleThere, lastWord } from "../acting";
import { instantOf, withWorld, type World } from "../world";
import { parseNews, ruleNameOf, sameUserInputs, type StickinessInputs, userInputs } from "./inputs";
import { plannedIn, type PlannedRule, type PlannedStickiness } from "./planned";

type State = Readonly<Record<string, unknown>>;

/**
 * Asks the failure model whether the rule is needed and until when, and returns the answer as inputs: it shows in the
 * preview and policies judge it.
 * @param now epoch seconds
 * @throws AffinityError STICKINESS_INVALID, STICKINESS_CONFLICT with all that the rule would fight with, and those of
 * the settings and the world.
 */
export async function checkStickiness(olds: State, news: State, settings: Settings, now: number): Promise<State> {
  const user = userInputs(news);
  const inputs = parseNews(news);
  const before = sameUserInputs(olds, news) ? plannedIn(olds) : null;
  return withWorld(settings, async (world) => {
    const { snapshot } = world;
    const cluster = findCluster(snapshot, inputs.cluster);
    const asOf = await instantOf(settings, world, now);
    const request = planRequestSchema.parse({ cluster: inputs.cluster, asOf, config: settings.plan });
    const { outlook, evidence } = await hostOutlook(request, snapshot, cluster, world.telemetry, inputs.maxHours, {
      models: world.models,
    });
    const plan = planStickiness(inputs, snapshot, cluster, outlook, evidence, asOf, before?.rule != null);
    const name = ruleNameOf(inputs);
    const ours = cluster.rules.find((rule) => rule.name === name);
    const mine = inputs.adopt || plannedIn(olds)?.rule?.name === name || (await madeBefore(inputs, world, settings));
    if (plan.wanted) {
      const conflicts = ruleConflicts(
        {
          name,
          keep: inputs.keep,
          virtualMachines: plan.members.flatMap(({ id }) => id ?? []),
          mandatory: inputs.mandatory,
        },
        cluster,
        snapshot,
        mine ? (ours?.key ?? null) : null,
      );
      if (conflicts.length > 0) throw conflicting(name, conflicts);
    }
    return { ...user, ...plannedOf(inputs, plan, snapshot.source.name, cluster.id, before, asOf) };
  });
}

/** A run of this resource may have made the rule and ended before the state was written: the log has its intent. */
async function madeBefore(inputs: StickinessInputs, world: World, settings: Settings): Promise<boolean> {
  const actions = await actionLogOf(settings.journal).actions();
  return isRuleThere(lastWord(actions, inputs.owner, world.snapshot.source.name, ruleNameOf(inputs)));
}

function plannedOf(
  inputs: StickinessInputs,
  plan: StickinessPlan,
  source: string,
  clusterId: string,
  before: PlannedStickiness | null,
  asOf: number,
): PlannedStickiness {
  const said = { source, clusterId, risk: plan.risk, evidence: plan.evidence + absence(plan) };
  const inForce = before?.rule && before.since && before.expiresAt ? before : null;
  const since = inForce ? seconds(inForce.since!) : asOf;
  const old = inForce ? seconds(inForce.expiresAt!) : null;
  const least = since + inputs.minHours * 3600;
  const expiresAt = plan.expiresAt === null ? least : keepExpiry(old, Math.max(plan.expiresAt, least), asOf);
  if (!plan.wanted && (inForce === null || asOf >= least)) return { ...said, rule: null, since: null, expiresAt: null };
  const rule: PlannedRule = {
    name: ruleNameOf(inputs),
    kind: inputs.keep === "apart" ? "vmAntiAffinity" : "vmAffinity",
    mandatory: inputs.mandatory,
    virtualMachines: plan.members.map(({ name, id }) => ({ vm: name, vmId: id })),
  };
  // The words go with the expiry that they are about; else every run would show a difference.
  const words = inForce && expiresAt === old ? { risk: inForce.risk, evidence: inForce.evidence } : {};
  return { ...said, ...words, rule, since: iso(since), expiresAt: iso(expiresAt) };
}

/** VMs that the program is about to make, or that nobody will: a name may have been mistyped. */
function absence({ members }: StickinessPlan): string {
  const absent = members.flatMap(({ name, id }) => (id === null ? [`"${name}"`] : []));
  return absent.length === 0 ? "" : `; not in the cluster as yet: ${listNames(absent)}`;
}

const seconds = (text: string) => Math.floor(Date.parse(text) / 1000);
const iso = (at: number) => new Date(at * 1000).toISOString();

function conflicting(name: string, conflicts: readonly string[]): AffinityError {
  return new AffinityError({
    code: "STICKINESS_CONFLICT",
    message: `the rule "${name}" would fight with what the cluster has`,
    problems: conflicts.map((message) => ({ path: name, message })),
    hint: "change the other rule, the group, or set adopt for a rule of this name that is to be taken over",
  });
}
