import { z } from "zod";
import { definePolicy } from "../define";
import { NIST, PAGES } from "../references";
import { MIGRATION_SCHEDULE, readSchedule } from "../schedule";
import { UNKNOWN } from "../unknown";

const config = z.strictObject({
  maxMovesPerRun: z.number().min(0).default(50).describe("Highest budget of moves for one run"),
  maxMovesPerDay: z.number().min(0).default(200).describe("Highest budget of moves in 24 hours"),
});

/** A limit on the limits: a schedule's budget is set by the program, its bound by whoever runs the cluster. */
export const migrationBudgetBounded = definePolicy({
  name: "migration-budget-bounded",
  displayName: "Migration budgets are bounded",
  description: "A MigrationSchedule must not be given more moves than this policy allows.",
  group: "change-control",
  enforcementLevel: "mandatory",
  severity: "medium",
  rationale: "A prediction that is wrong moves as many VMs as its budget lets it, each with a moment without CPU.",
  remediation: "lower budget.movesPerRun and budget.movesPerDay.",
  url: PAGES.nist,
  references: [NIST.changeControl],
  config,
  appliesTo: [MIGRATION_SCHEDULE],
  checkResource(resource, { config, report, notApplicable }) {
    const { budget, waves } = readSchedule(resource);
    if (budget === UNKNOWN) return notApplicable("this preview doesn't know the budget");
    const bounds = [
      ["movesPerRun", budget.movesPerRun, config.maxMovesPerRun, "maxMovesPerRun"],
      ["movesPerDay", budget.movesPerDay, config.maxMovesPerDay, "maxMovesPerDay"],
    ] as const;
    for (const [key, given, most, bound] of bounds) {
      if (given > most) report(`budget.${key} is ${given}; at most ${most} is allowed (${bound}).`);
    }
    if (waves === UNKNOWN) return;
    const moves = waves.reduce((sum, wave) => sum + wave.moves.length, 0);
    const most = Math.min(config.maxMovesPerRun, budget.movesPerRun);
    if (moves > most) report(`The waves have ${moves} moves; the budget of a run is ${most}.`);
  },
});
