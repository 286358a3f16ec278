/** What a scheduled run finds; the text is what `apply --help` and `drift --help` say. */
export const FINDING_CLASSES = {
  "rule-needed": "the prediction gives a ground for a rule that is not there",
  "rule-not-needed": "the rule is there and the prediction gives no ground for it any more",
  "rule-missing": "a rule of ours was removed by somebody",
  "rule-changed": "a rule of ours was changed by somebody, or its group has changed",
  "rule-expired": "a rule of ours is there after its end",
  "rule-renewed": "a rule of ours is needed for longer, or less long, than was written down",
  "wave-due": "moves of a schedule are due",
  "rate-above-bound": "more moves in 24 hours than the schedule's budget: none is begun until it falls",
  "not-judged": "it could not be found out, and nothing was done",
} as const;
export type FindingClass = keyof typeof FINDING_CLASSES;

export interface Finding {
  /** project/stack/name of the resource. */
  readonly owner: string;
  readonly kind: string;
  readonly class: FindingClass;
  readonly detail: string;
  /** What was done about it; "pending" in a dry run. */
  readonly outcome: "done" | "failed" | "pending" | "reported";
  /** Why it failed, or which moves were made. */
  readonly text: string;
}
