import type { Peak } from "../objectives";
import type { Model } from "../problem/model";
import { chance, horizonHours, listNames, percent, slotName } from "../wording";
import type { Choice, Reason } from "./choice";

/** What is known of a host after the plan. */
export interface HostFacts {
  /** Of CPU and of memory. */
  readonly peaks: readonly [Peak, Peak];
  /** Probability that its demand passes its capacity in the worst slot. */
  readonly overload: number;
  readonly failureProbability: number;
  /** What there is to say of it to every VM on it; the first is empty where no capacity is known. */
  readonly words: { readonly headroom: string; readonly risk: string };
}

/** The words of `HostFacts`. */
export function describeHost(model: Model, h: number, peaks: readonly [Peak, Peak]): HostFacts["words"] {
  const { horizon } = model.assessment;
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
  const { evidence } = model.risks[h];
  const why = evidence ? ` (${evidence})` : "";
  const within = `${model.hosts[h].name} fails within ${horizonHours(horizon)} h`;
  return {
    headroom: parts.join(" and "),
    risk: `${within} with ${probability(chance(model.risks[h]))}${why}`,
  };
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
  if (units.vms[unit].length === 1) return [];
  const names = units.vms[unit].map((v) => model.vms[v].name).filter((name) => name !== vm.name);
  return names.length ? [{ objective: "constraint", text: `goes together with ${listNames(names.sort())}` }] : [];
}

const probability = (words: string): string =>
  words.endsWith("%") ? `a probability of ${words}` : `${words} probability`;

/** What else there is to say of the VM's place, in sentences, after the main reason. */
export const furtherReasons = (choice: Choice, { words }: HostFacts): Reason[] => [
  ...(words.headroom ? [{ objective: "contention", text: words.headroom }] : []),
  ...joined(choice),
  ...ruledOut(choice),
  { objective: "hostRisk", text: words.risk },
];
