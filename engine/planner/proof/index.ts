export { proveTooFewMoves } from "./forced-moves";
export { proveInfeasible } from "./prove-infeasible";
