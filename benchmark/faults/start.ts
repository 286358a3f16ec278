import type { Random } from "../../engine/random";

/** How a rule of ours stands when a case begins. */
export const RULE_STATES = ["missing", "present", "changed", "unneeded", "expired"] as const;
export type RuleState = (typeof RULE_STATES)[number];

/** How a preparation stands: not there yet, as declared, harmed by somebody, over, or left by a run that declared nothing. */
export const PREPARATION_STATES = [
  "needed",
  "present",
  "pool changed",
  "pool removed",
  "placeholder removed",
  "over",
  "undeclared",
] as const;
export type PreparationState = (typeof PREPARATION_STATES)[number];

/** How the tasks that the vCenter holds for a schedule stand; undeclared: left by a run that was killed before it declared it. */
export const TASK_STATES = ["missing", "held", "changed", "removed", "unneeded", "ran", "undeclared"] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** How a name stands whose VMs are on a host that is lost, or was. */
export const TRAFFIC_STATES = ["due", "withdrawn", "given back", "over", "calm"] as const;
export type TrafficState = (typeof TRAFFIC_STATES)[number];

export interface RulesStart {
  readonly scene: "rules";
  readonly rules: readonly RuleState[];
  readonly onFailure: "stop" | "revert";
  readonly concurrency: number;
}

export interface PreparationStart {
  readonly scene: "preparation";
  readonly state: PreparationState;
}

export interface TasksStart {
  readonly scene: "tasks";
  readonly state: TaskState;
}

export interface TrafficStart {
  readonly scene: "traffic";
  readonly state: TrafficState;
}

/** Where a case begins. */
export type Start = RulesStart | PreparationStart | TasksStart | TrafficStart;
export type SceneName = Start["scene"];
export const SCENES: readonly SceneName[] = ["rules", "preparation", "tasks", "traffic"];

export function drawStart(random: Random, scene: SceneName): Start {
  switch (scene) {
    case "rules":
      return {
        scene,
        rules: [random.pick(RULE_STATES), random.pick(RULE_STATES)],
        onFailure: random.pick(["stop", "revert"] as const),
        concurrency: 1 + random.integer(3),
      };
    case "preparation":
      return { scene, state: mostly(random, PREPARATION_STATES) };
    case "tasks":
      return { scene, state: mostly(random, TASK_STATES) };
    case "traffic":
      return { scene, state: mostly(random, TRAFFIC_STATES) };
  }
}

/** The first in four of ten cases: there is most to do in it, and so to fail. */
const mostly = <T>(random: Random, states: readonly T[]): T =>
  random.uniform() < 0.4 ? states[0] : random.pick(states);

/** Every state once, for the runs without a fault. */
export function everyStart(scenes: readonly SceneName[]): Start[] {
  const all: Start[] = [
    ...RULE_STATES.map((state): Start => ({
      scene: "rules",
      rules: [state, "missing"],
      onFailure: "stop",
      concurrency: 2,
    })),
    ...PREPARATION_STATES.map((state): Start => ({ scene: "preparation", state })),
    ...TASK_STATES.map((state): Start => ({ scene: "tasks", state })),
    ...TRAFFIC_STATES.map((state): Start => ({ scene: "traffic", state })),
  ];
  return all.filter(({ scene }) => scenes.includes(scene));
}
