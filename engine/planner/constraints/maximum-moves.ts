import type { Model } from "../problem/model";
import { planConfigSchema } from "../request";
import { count } from "../wording";
import type { Constraint } from "./constraint";

/**
 * How far a plan may be from the world, not where a VM may be: the search counts the moves itself, whatever the
 * placement of others, so there is nothing to compile. The conflict search asks here what to call it.
 */
export const maximumMoves: Constraint = {
  name: "maximum-moves",
  title: "Maximum moves",
  description:
    "A plan moves at most `maxMoves` VMs that run already. A VM on its way to where the plan in force has it isn't counted.",
  reads: { request: ["config.maxMoves", "keep"], inventory: ["hosts of the VMs"] },
  schema: planConfigSchema.pick({ maxMoves: true }),
  compile: () => [],
};

/** The limit as it stands in a conflict; null where nothing that runs is in scope. */
export function moveLimit(model: Model): { constraint: string; name: string; text: string } | null {
  if (!model.vms.slice(0, model.movable).some((vm) => vm.current >= 0)) return null;
  const { maxMoves } = model.request.config;
  return {
    constraint: maximumMoves.name,
    name: `maximum moves (${maxMoves})`,
    text: `no more than ${count(maxMoves, "VM")} that run already may move`,
  };
}
