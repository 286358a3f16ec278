/** What a scheduled run finds; the text is what `apply --help` and `drift --help` say. */
export const FINDING_CLASSES = {
  "vm-moved": "a placed VM runs on another host than its placement says",
  "rule-needed": "the prediction gives a ground for a rule that is not there",
  "rule-not-needed": "the rule is there and the prediction gives no ground for it any more",
  "rule-missing": "a rule of ours was removed by somebody",
  "rule-changed": "a rule of ours was changed by somebody, or its group has changed",
  "rule-expired": "a rule of ours is there after its end",
  "rule-renewed": "a rule of ours is needed for longer, or less long, than was written down",
  "risk-above-bound": "VMs are at risk, or more of a group than it can spare",
  "reservation-needed": "room on a healthy host is due for a VM at risk",
  "reservation-missing": "room that was kept is kept no longer",
  "reservation-stale": "room is kept for nothing, or on a host that can't run VMs",
  "redirect-due": "an address is to be taken from a name, or given back",
  "hosts-needed": "a request is likely, and the hosts for it are not prepared",
  "hosts-renewed": "hosts stay prepared for longer than was written down",
  "pool-missing": "a pool or placeholder disk of ours was removed by somebody",
  "pool-changed": "a pool of ours was changed, or other hosts are to be ready",
  "pool-stale": "a pool of ours is past its window, or has no resource",
  "wave-due": "moves of a schedule are due",
  "task-ran": "the vCenter ran a scheduled task of ours: to be written down",
  "task-missing": "a scheduled task of ours was removed by somebody",
  "task-changed": "a scheduled task of ours was changed by somebody",
  "task-stale": "a scheduled task of ours has no resource",
  "tasks-outdated": "the vCenter holds other moves than those that are to come",
  "rate-above-bound": "as many moves as budget or rate limit allow: none is begun",
  "model-stale": "a trained model is old, damaged or withdrawn; its fallback serves",
  "not-judged": "it could not be found out, and nothing was done",
} as const;
export type FindingClass = keyof typeof FINDING_CLASSES;

export interface Finding {
  /** project/stack/name of the resource; the vCenter's name where it is about no resource. */
  readonly owner: string;
  readonly kind: string;
  readonly class: FindingClass;
  readonly detail: string;
  /** What was done about it; "pending" in a dry run. */
  readonly outcome: "done" | "failed" | "pending" | "reported";
  /** Why it failed, or which moves were made. */
  readonly text: string;
}
