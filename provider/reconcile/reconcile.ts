import { AffinityError } from "../../engine/errors";
import { type Declaration, Declarations, Leases } from "../../engine/journal";
import { openInventory } from "../world";
import { reconcilePreparation } from "../preparation/reconcile";
import { heldIn } from "../schedule/held-tasks";
import { applySchedule, checkSchedule, diffSchedule, ScheduleFailed } from "../schedule/lifecycle";
import { readSchedule, type ScheduleDrift } from "../schedule/read";
import { plannedIn as plannedSchedule, userInputs as scheduleInputs } from "../schedule/inputs";
import { reconcileProactive } from "../proactive/reconcile";
import { checkStickiness } from "../stickiness/check";
import { userInputs as stickinessInputs } from "../stickiness/inputs";
import { applyStickiness, diffStickiness, readStickiness } from "../stickiness/lifecycle";
import { plannedIn, type StickinessDrift } from "../stickiness/planned";
import type { Settings } from "../settings";
import { forgetInventory, sharingInventory } from "../shared-inventory";
import type { Finding, FindingClass } from "./finding";
import { leftOpen, settleLeftOpen } from "./left-open";
import { type Undeclared, undeclared } from "./undeclared";
import { judgeModels } from "./judge-models";
import { judgePlacement } from "./judge-placement";
import { inShard, type Shard } from "./shard";

type State = Readonly<Record<string, unknown>>;

export interface ReconcileOptions {
  /** Only say what would be done: the same judgement, without the acts. */
  readonly dryRun: boolean;
  readonly shard?: Shard;
  /** Id of the only cluster; absent: all. */
  readonly cluster?: string;
  /** Epoch seconds. */
  readonly now: () => number;
  readonly onFinding?: (finding: Finding) => void;
  /** Done before anything is judged, as the only run that acts: it may read the inventory for all that follow. */
  readonly first?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Holds every declaration in the journal for this vCenter against the world as it is now, and does what is due: rules are
 * made, changed, renewed and retired, waves are run. What one declaration can't be given doesn't keep the next from its own.
 * @throws AffinityError LEASE_HELD where another run acts, and those of the settings and the vCenter; what concerns one declaration is a finding.
 */
export function reconcile(settings: Settings, options: ReconcileOptions): Promise<Finding[]> {
  return sharingInventory(() => judgeAndMend(settings, options));
}

async function judgeAndMend(settings: Settings, options: ReconcileOptions): Promise<Finding[]> {
  const { source, declarations, isOurs } = await declared(settings, options);
  const judge = (orphans: readonly Undeclared[]) => judgeAll(declarations, orphans, settings, options);
  const orphansNow = async () => (await undeclared(settings, source, declarations)).filter(isOurs);
  if (options.dryRun) return judge(await orphansNow());
  const open = (await leftOpen(settings, source)).filter(isOurs);
  if (declarations.length + open.length + (await orphansNow()).length === 0) {
    await options.first?.();
    return judge([]);
  }
  // From the first judgement to the last act: what another run does meanwhile would make the judgement wrong.
  const lease = { holder: "a scheduled run (vsphere-affinity apply)" };
  return new Leases(settings.journal).hold(source, lease, async () => {
    const unsettled = await settleLeftOpen(settings, source, open, options.now, options.signal);
    unsettled.forEach((each) => options.onFinding?.(each));
    // What was read before the lease was had may have been changed by who had it.
    forgetInventory();
    await options.first?.();
    return [...unsettled, ...(await judge(await orphansNow()))];
  });
}

/** What programs have declared for this vCenter: all of it, or one shard's or one cluster's part. */
export async function declared(
  settings: Settings,
  { shard, cluster: only }: Pick<ReconcileOptions, "shard" | "cluster">,
): Promise<{
  readonly source: string;
  readonly declarations: readonly Declaration[];
  /** Whether what is in this cluster is part of it. */
  readonly isOurs: (item: { readonly cluster: string }) => boolean;
}> {
  const source = await sourceOf(settings);
  const isOurs = ({ cluster }: { readonly cluster: string }) =>
    (!shard || inShard(cluster, shard)) && (only === undefined || cluster === `${source}/${only}`);
  const declarations = (await new Declarations(settings.journal).of(source)).filter(isOurs);
  return { source, declarations, isOurs };
}

/** The vCenter's name: an inventory file says whose it is. */
async function sourceOf(settings: Settings): Promise<string> {
  const inventory = openInventory(settings);
  try {
    return settings.vcenter ? inventory.name : (await inventory.snapshot()).source.name;
  } finally {
    await inventory.close();
  }
}

async function judgeAll(
  declarations: readonly Declaration[],
  orphans: readonly Undeclared[],
  settings: Settings,
  options: ReconcileOptions,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  // What nobody declared goes first: its room may be what a declaration needs.
  const judgements = [
    ...orphans.map((orphan) => () => orElseReported(orphan, () => orphan.reconcile(settings, options))),
    ...declarations.map((declaration) => () => judged(declaration, settings, options)),
  ];
  for (const judgement of judgements) {
    if (options.signal?.aborted) break;
    const found = await judgement();
    for (const finding of found) {
      findings.push(finding);
      options.onFinding?.(finding);
    }
  }
  if (declarations.length > 0) findings.push(...(await judgeModels(settings)));
  return findings;
}

function judged(declaration: Declaration, settings: Settings, options: ReconcileOptions): Promise<Finding[]> {
  return orElseReported(declaration, async () => {
    if (declaration.kind === "Stickiness") return reconcileStickiness(declaration, settings, options);
    if (declaration.kind === "MigrationSchedule") return reconcileSchedule(declaration, settings, options);
    if (declaration.kind === "ProactiveAllocation") return reconcileProactive(declaration, settings, options);
    if (declaration.kind === "HostPreparation") return reconcilePreparation(declaration, settings, options);
    if (declaration.kind === "Placement") return judgePlacement(declaration, settings);
    return [];
  });
}

/** What can't be found out is a finding as well. */
async function orElseReported(
  declaration: Pick<Declaration, "owner" | "kind">,
  judge: () => Promise<Finding[]>,
): Promise<Finding[]> {
  try {
    return await judge();
  } catch (error) {
    if (!(error instanceof AffinityError)) throw error;
    return [finding(declaration, "not-judged", `${error.message} [${error.code}]`, "reported")];
  }
}

const finding = (
  { owner, kind }: Pick<Declaration, "owner" | "kind">,
  kindOfFinding: FindingClass,
  detail: string,
  outcome: Finding["outcome"],
  text = "",
): Finding => ({ owner, kind, class: kindOfFinding, detail, outcome, text });

async function reconcileStickiness(
  declaration: Declaration,
  settings: Settings,
  { dryRun, now }: ReconcileOptions,
): Promise<Finding[]> {
  const state = await readStickiness(declaration.state, settings, now());
  const news = await checkStickiness(declaration.state, stickinessInputs(declaration.state), settings, now());
  if (!diffStickiness(state, news)) return [];
  const found = differencesOf(state, news);
  if (dryRun) return found.map(([kind, detail]) => finding(declaration, kind, detail, "pending"));
  await applyStickiness(state, news, settings);
  return found.map(([kind, detail]) => finding(declaration, kind, detail, "done"));
}

const DRIFT: Readonly<Record<StickinessDrift["what"], FindingClass>> = {
  "rule missing": "rule-missing",
  "rule changed": "rule-changed",
  "rule expired": "rule-expired",
};

function differencesOf(state: State, news: State): [FindingClass, string][] {
  const [before, after] = [plannedIn(state), plannedIn(news)];
  if (before?.rule && !after?.rule) return [["rule-not-needed", `${before.rule.name}: ${after?.evidence ?? ""}`]];
  if (!before?.rule && after?.rule) return [["rule-needed", `${after.rule.name}: ${after.evidence}`]];
  const drift = (state.drift ?? []) as StickinessDrift[];
  const found = drift.map(({ what, detail }): [FindingClass, string] => [
    DRIFT[what],
    `${after?.rule?.name ?? ""}: ${detail}`,
  ]);
  if (found.length > 0) return found;
  const until = `${after?.rule?.name ?? ""}: until ${after?.expiresAt ?? "now"}, before until ${before?.expiresAt ?? "now"}`;
  return [[before?.expiresAt === after?.expiresAt ? "rule-changed" : "rule-renewed", until]];
}

async function reconcileSchedule(
  declaration: Declaration,
  settings: Settings,
  { dryRun, now }: ReconcileOptions,
): Promise<Finding[]> {
  const before = await readSchedule(declaration.state, settings);
  const inputs = await checkSchedule(declaration.state, scheduleInputs(declaration.state), settings, now());
  const planned = plannedSchedule(inputs)!;
  const findings: Finding[] = [];
  if (planned.heldBy === "budget" || planned.heldBy === "rate") {
    findings.push(finding(declaration, "rate-above-bound", planned.evidence, "reported"));
  }
  const found = scheduleWork(before, inputs);
  if (found.length === 0) return findings;
  const as = (outcome: Finding["outcome"], text = "") => [
    ...findings,
    ...found.map(([kind, detail]) => finding(declaration, kind, detail, outcome, text)),
  ];
  if (dryRun) return as("pending");
  try {
    await applySchedule(inputs, settings, now, declaration.state);
    return as("done");
  } catch (error) {
    if (!(error instanceof ScheduleFailed)) throw error;
    return as("failed", error.reasons.join("; "));
  }
}

const TASKS: Readonly<Record<ScheduleDrift["what"], FindingClass>> = {
  "task missing": "task-missing",
  "task changed": "task-changed",
  "task ran": "task-ran",
};

/** What there is to do for a schedule: moves that are due, and what the vCenter holds that is not as it should be. */
function scheduleWork(before: State, inputs: State): [FindingClass, string][] {
  const planned = plannedSchedule(inputs)!;
  const moves = planned.waves.slice(0, planned.due).flatMap((wave) => wave.moves);
  const due = moves.map(({ vm, from, to }) => `${vm} from ${from} to ${to}`).join(", ");
  const work: [FindingClass, string][] = moves.length > 0 ? [["wave-due", due]] : [];
  const drift = (before.drift ?? []) as ScheduleDrift[];
  work.push(...drift.map(({ what, detail }): [FindingClass, string] => [TASKS[what], detail]));
  const touched = before.executor === "vcenter" || heldIn(before).length > 0;
  if (work.length === 0 && touched && diffSchedule(before, inputs)) work.push(["tasks-outdated", planned.evidence]);
  return work;
}
