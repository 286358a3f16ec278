import type { ActiveConstraint } from "../constraints/constraint";
import type { Model } from "../problem/model";
import { count, listNames } from "../wording";

/**
 * VMs that run where the request refuses them must move, each by a move of its own: a proof where more are than may. Null
 * where it tells nothing.
 */
export function proveTooFewMoves(
  model: Model,
  constraints: readonly ActiveConstraint[],
  maxMoves: number,
): string | null {
  const tables = constraints.flatMap(({ hard, origin, form }) =>
    hard && origin === "request" && form.denied ? [form.denied] : [],
  );
  const refused = model.vms
    .slice(0, model.movable)
    .filter(({ current }, v) => current >= 0 && tables.some((denied) => denied[v * model.hosts.length + current]));
  if (refused.length <= maxMoves) return null;
  const names = listNames(refused.map(({ name }) => `"${name}"`));
  return `${names} must leave where ${refused.length === 1 ? "it runs" : "they run"}, and ${count(maxMoves, "move")} may be made`;
}
