import type { Peak } from "../objectives";
import { chance, horizonHours, listNames, percent, slotName } from "../wording";
import type { Choice } from "./choice";

export interface Reason {
  readonly objective: string;
  readonly text: string;
}

/** What is known of a host after the plan. */
export interface HostFacts {
  /** Of CPU and of memory. */
  readonly peaks: readonly [Peak, Peak];
  /** Probability that its demand passes its capacity in the worst slot. */
  readonly overload: number;
  readonly failureProbability: number;
}

function headroom({ outcome }: Choice, { peaks }: HostFacts): Reason[] {
  const { horizon } = outcome.search.problem.model.assessment;
  const names = ["CPU", "memory"];
  const parts = peaks.flatMap(({ share, slot }, r) => {
    if (share === null) return [];
    const when = `at the busiest hour (${slotName(horizon, slot)})`;
    return [
      share > 1
        ? `asks for ${percent(share - 1)} more ${names[r]} than there is ${when}`
        : `leaves ${percent(1 - share)} of ${names[r]} free ${when}`,
    ];
  });
  return parts.length ? [{ objective: "contention", text: parts.join(" and ") }] : [];
}

function ruledOut({ outcome, vm, refusals }: Choice): Reason[] {
  const { hosts } = outcome.search.problem.model;
  return refusals.slice(0, 3).map(({ constraint, hosts: refused }) => {
    const names = refused.map((h) => hosts[h].name).sort();
    const text =
      refused.length === 1
        ? `ruled out: ${constraint.because(vm, hosts[refused[0]])}`
        : `${constraint.name} rules out ${listNames(names)}`;
    return { objective: "constraint", text };
  });
}

/** VMs that a mandatory rule keeps on one host with it. */
function joined({ outcome, unit, vm }: Choice): Reason[] {
  const { model, units } = outcome.search.problem;
  const names = units.vms[unit].map((v) => model.vms[v].name).filter((name) => name !== vm.name);
  return names.length ? [{ objective: "constraint", text: `goes together with ${listNames(names.sort())}` }] : [];
}

function risk({ outcome, host }: Choice): Reason {
  const { hosts, risks, assessment } = outcome.search.problem.model;
  const { evidence } = risks[host];
  const why = evidence ? ` (${evidence})` : "";
  const within = `${hosts[host].name} fails within ${horizonHours(assessment.horizon)} h`;
  return { objective: "hostRisk", text: `${within} with ${probability(chance(risks[host]))}${why}` };
}

const probability = (words: string): string =>
  words.endsWith("%") ? `a probability of ${words}` : `${words} probability`;

/** What else there is to say of the VM's place, in sentences, after the main reason. */
export const furtherReasons = (choice: Choice, facts: HostFacts): Reason[] => [
  ...headroom(choice, facts),
  ...joined(choice),
  ...ruledOut(choice),
  risk(choice),
];
