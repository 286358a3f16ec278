import { GeneralForm } from "../problem/general-form";
import { buildProblem as buildReassignment } from "../reassignment";
import { repairFewestMoves } from "../reassignment/repair-fewest-moves";
import type { Search } from "./search";

/**
 * Looks for a host for every unit in the general form, whose repair undoes much more at a time than ejection does, with few
 * moves of what runs. What it finds is held against the search's own checks, and taken only where it breaks no hard constraint
 * more than `homes` did. Gives whether it was; the search is as it was where not.
 * @param homes [unit] where the search started from; -1: nowhere
 */
export function findRoom(search: Search, homes: Int32Array): boolean {
  const { problem, state } = search;
  const form = new GeneralForm(problem);
  for (const { hard, form: own } of problem.constraints) if (hard) own.express?.(form);
  const spec = form.toSpec(homes, search.maxMoves);
  if (!spec) return false;
  const { binOf, homeless } = repairFewestMoves(buildReassignment(spec));
  if (homeless.length > 0) return false;
  const left = Int32Array.from(state.hostOf);
  search.restore(homes);
  const broken = state.hard.map((check) => check.violation());
  search.restore(binOf.subarray(0, problem.units.count) as Int32Array);
  const kept = state.hard.every((check, i) => check.violation() <= broken[i]);
  if (kept && search.moves <= search.maxMoves) return true;
  search.restore(left);
  return false;
}
