import { OBJECTIVES } from "../objectives";
import { count, listNames } from "../wording";
import type { Choice, Reason } from "./choice";
import { compare } from "./sides";

/** Why the VM is where the plan has it, in one phrase whose first words tell most. */
export function mainReason(choice: Choice): Reason {
  const { vm, host, others } = choice;
  if (vm.current >= 0 && vm.current !== host) return departure(choice);
  if (others.length === 0) return onlyHost(choice);
  if (vm.current === host || vm.kept === host) return staying(choice);
  return preferred(choice);
}

/** The objective that speaks most for `better` as against `worse`; null if none does. */
function decisive(byObjective: Readonly<Record<string, number>>) {
  const cost = (name: string): number => byObjective[name] ?? 0;
  const [most] = [...OBJECTIVES].sort((a, b) => cost(b.name) - cost(a.name));
  return cost(most.name) > 0 ? most : null;
}

const negated = (byObjective: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(byObjective).map(([name, value]) => [name, -value]));

/** A VM that had no host: what tells the chosen one from the next best. */
function preferred(choice: Choice): Reason {
  const { outcome, unit, host, others } = choice;
  const { model, hosts } = outcome.search.problem;
  const [next] = others;
  const extra = (h: number): number => outcome.table.deltas[unit * hosts + h];
  const objective = decisive(outcome.table.byObjective(unit, next));
  if (extra(next) < 0) return barred(choice, next);
  if (extra(next) > 0 && objective)
    return { objective: objective.name, text: objective.better(compare(choice, host, next)) };
  const alike = others.filter((h) => extra(h) === 0).map((h) => model.hosts[h].name);
  return { objective: "balance", text: `no worse than ${listNames(alike.sort())}: nothing tells them apart` };
}

function departure(choice: Choice): Reason {
  const { outcome, unit, vm, host } = choice;
  const { problem, state } = outcome.search;
  const { hosts } = problem.model;
  const from = hosts[vm.current].name;
  const expelling = state.refusedBy(unit, vm.current);
  if (expelling)
    return { objective: "constraint", text: `leaves ${from}: ${expelling.because(vm, hosts[vm.current])}` };
  if (vm.kept === host)
    return { objective: "plan", text: `goes from ${from} to ${hosts[host].name}, where the plan in force has it` };
  const objective = decisive(outcome.table.byObjective(unit, vm.current));
  if (!objective || outcome.table.deltas[unit * problem.hosts + vm.current] <= 0)
    return { objective: "constraint", text: `leaves ${from}: makes room there for other VMs` };
  return { objective: objective.name, text: `leaves ${from}: ${objective.worse(compare(choice, host, vm.current))}` };
}

function onlyHost({ outcome, vm, host, refusals }: Choice): Reason {
  const { hosts } = outcome.search.problem.model;
  const [first] = refusals;
  const say = (text: string): Reason => ({ objective: "constraint", text });
  if (!first) return say("only host of the cluster");
  const alone = refusals.length === 1 ? first.constraint : null;
  if (alone?.only) return say(`only host ${alone.only(vm)}`);
  if (alone && vm.current === host) return say(`stays: ${alone.because(vm, hosts[first.hosts[0]])}`);
  const parts = refusals.map((refusal) => `${refusal.constraint.name} ${count(refusal.hosts.length, "host")}`);
  return say(`only host left; ruled out: ${listNames(parts)}`);
}

/** A VM that stays where it runs, or where the plan in force has it. */
function staying(choice: Choice): Reason {
  const { outcome, unit, host, others } = choice;
  const { search, table } = outcome;
  const at = unit * search.problem.hosts;
  let best = others[0];
  let least = Infinity;
  for (const h of others) {
    const net = table.deltas[at + h] + search.price(unit, h);
    if (net < least) [best, least] = [h, net];
  }
  if (least < search.price(unit, host)) return barred(choice, best);
  // The cheapest of the others stands in front.
  const better = table.deltas[at + others[0]] < 0;
  return {
    objective: "plan",
    text: better ? "stays: no host is better by more than the threshold" : "stays: no host is better",
  };
}

/** A VM that would be better off on `best`, had the limit of moves not been reached. */
function barred(choice: Choice, best: number): Reason {
  const { outcome, unit, host } = choice;
  const { search, table } = outcome;
  const { model } = search.problem;
  const objective = decisive(negated(table.byObjective(unit, best)));
  const why = objective ? ` (${objective.better(compare(choice, best, host))})` : "";
  const stays = choice.vm.current === host || choice.vm.kept === host;
  const text = `${stays ? "stays" : "placed"}: ${limit(choice, best)}; better on ${model.hosts[best].name}${why}`;
  return { objective: objective?.name ?? "plan", text };
}

function limit({ outcome, unit, host }: Choice, best: number): string {
  const { search, table } = outcome;
  const { hosts } = search.problem;
  const needed = search.carries(unit, best) - search.carries(unit, host);
  const left = search.maxMoves - search.moves;
  if (needed <= left)
    return outcome.contested ? "moves would take HA's room to restart VMs" : "the search found nothing better in reach";
  if (search.maxMoves === 0) return "no moves are allowed";
  if (left > 0) return `it takes ${count(needed, "move")} and ${left} of ${search.maxMoves} are left`;
  const here = -(table.deltas[unit * hosts + best] + search.price(unit, best) - search.price(unit, host)) / needed;
  const by = outcome.leastGain < here ? "" : " by moves that gain more or must be";
  return `the limit of ${count(search.maxMoves, "move")} is used up${by}`;
}
