import type { Model, ModelVm } from "../problem/model";
import type { Search } from "../solver";
import { COST_UNIT } from "../plan";
import type { Peak } from "./forecast";
import { refusals } from "./refusals";
import { listNames } from "./violations";

export interface Reason {
  readonly objective: string;
  readonly text: string;
}

/** What the reasons of one VM rest on. */
export interface Facts {
  readonly model: Model;
  readonly search: Search;
  readonly unit: number;
  readonly vm: ModelVm;
  readonly host: number;
  /** Peaks of the chosen host's CPU and memory, after the plan. */
  readonly peaks: readonly [Peak, Peak];
  readonly failureProbability: number;
  readonly evidence: string;
  /** Hosts that could take it as well, and what the cheapest of them would cost more. */
  readonly others: number;
  readonly nextExtra: number | null;
  /** For a move: what it gains, by objective; null for the rest. */
  readonly gains: Readonly<Record<string, number>> | null;
  /** Why it could not stay; null if it could. */
  readonly expelled: string | null;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const TITLES: Readonly<Record<string, string>> = {
  contention: "less contention",
  hostRisk: "a safer host",
  preference: "preferred rules kept",
  balance: "a more even cluster",
};

export const percent = (share: number): string => {
  const value = share * 100;
  return `${Math.abs(value) >= 10 || value === 0 ? Math.round(value) : Math.round(value * 10) / 10} %`;
};

/** Cost as a share of one host's full weight. */
export const weight = (cost: number): string => String(Math.round((cost / COST_UNIT) * 1000) / 1000);

/** Such as "Tue 09:00 UTC". */
export function slotName(model: Model, slot: number): string {
  const { start, step } = model.assessment.horizon;
  const date = new Date((start + slot * step) * 1000);
  return `${DAYS[date.getUTCDay()]} ${date.toISOString().slice(11, 16)} UTC`;
}

function choice({ model, vm, host, others, nextExtra, gains, expelled }: Facts): Reason {
  const name = model.hosts[host].name;
  const threshold = model.request.config.gainThreshold;
  const from = vm.current >= 0 ? model.hosts[vm.current].name : "";
  if (vm.current >= 0 && vm.current !== host) {
    if (expelled) return { objective: "constraint", text: `leaves ${from}: ${expelled}` };
    if (vm.kept === host)
      return { objective: "plan", text: `goes from ${from} to ${name}, where the plan in force has it` };
    const sum = Object.values(gains ?? {}).reduce((a, b) => a + b, 0);
    const main = Object.entries(gains ?? {}).sort((a, b) => b[1] - a[1])[0];
    const why = main && main[1] > 0 ? `, most of it by ${TITLES[main[0]] ?? main[0]}` : "";
    if (sum <= 0) return { objective: "constraint", text: `leaves ${from} to make room for other VMs` };
    return {
      objective: main?.[0] ?? "contention",
      text: `leaves ${from}: that saves ${weight(sum)} of a host's full weight${why}`,
    };
  }
  if (others === 0) return { objective: "constraint", text: `${name} is the only host that can take it` };
  if (vm.current === host || vm.kept === host) {
    return {
      objective: "plan",
      text: `stays on ${name}: no other host is better by more than the threshold of ${threshold}`,
    };
  }
  const more = nextExtra === null ? "" : `; the next best costs ${weight(nextExtra)} of a host's full weight more`;
  return { objective: "contention", text: `${name} costs least of the ${others + 1} hosts that can take it${more}` };
}

function headroom({ model, peaks }: Facts): Reason[] {
  const names = ["CPU", "memory"];
  const parts = peaks.flatMap(({ share, slot }, r) => {
    if (share === null) return [];
    const when = `at the busiest hour (${slotName(model, slot)})`;
    return [
      share > 1
        ? `asks for ${percent(share - 1)} more ${names[r]} than there is ${when}`
        : `leaves ${percent(1 - share)} of ${names[r]} free ${when}`,
    ];
  });
  return parts.length ? [{ objective: "contention", text: parts.join(" and ") }] : [];
}

function ruledOut({ model, search, unit, vm }: Facts): Reason[] {
  return refusals(search.state, unit)
    .slice(0, 3)
    .map(({ constraint, hosts }) => {
      const names = hosts.map((h) => model.hosts[h].name).sort();
      const why = hosts.length === 1 ? constraint.because(vm, model.hosts[hosts[0]]) : constraint.name;
      return {
        objective: "constraint",
        text: hosts.length === 1 ? `ruled out: ${why}` : `${why} rules out ${listNames(names)}`,
      };
    });
}

function risk({ model, host, failureProbability, evidence }: Facts): Reason {
  const hours = Math.round((model.assessment.horizon.length * model.assessment.horizon.step) / 3600);
  const why = evidence ? ` (${evidence})` : "";
  return {
    objective: "hostRisk",
    text: `${model.hosts[host].name} fails within ${hours} h with a probability of ${percent(failureProbability)}${why}`,
  };
}

/** Why the VM is where it is, in sentences, the most important first. */
export function reasonsOf(facts: Facts): Reason[] {
  return [choice(facts), ...headroom(facts), ...ruledOut(facts), risk(facts)];
}
