import type { ActiveConstraint } from "../constraints/constraint";
import type { Model } from "../problem/model";
import { buildProblem } from "../problem/problem";
import { apartUnits, type Bound, clusterTotal, homelessUnit, hostRoom, largeUnits } from "./bounds";
import { isExhausted } from "./exhaust";
import { factsOf } from "./facts";

/** The cheapest first, which tell most as well. */
const BOUNDS: readonly Bound[] = [homelessUnit, clusterTotal, apartUnits, hostRoom, largeUnits];

/**
 * A proof that no placement of all VMs in scope keeps the constraints within the moves, as a sentence: bounds that hold
 * whatever is placed where, and for few VMs and hosts every placement tried. Null where neither tells: then only the search
 * says so.
 */
export function proveInfeasible(
  model: Model,
  constraints: readonly ActiveConstraint[],
  maxMoves: number,
): string | null {
  const problem = buildProblem(
    model,
    constraints.filter(({ hard }) => hard),
  );
  const facts = factsOf(problem, maxMoves);
  if (!facts) return null;
  for (const bound of BOUNDS) {
    const text = bound(facts);
    if (text !== null) return text;
  }
  return isExhausted(problem, maxMoves) ? "every placement was tried" : null;
}
