import { z } from "zod";
import { definePolicy } from "../define";
import { movesOf } from "../moves";
import { PLACEMENT, readPlacement } from "../placement";
import { NIST, PAGES } from "../references";
import { UNKNOWN } from "../unknown";

const config = z.strictObject({
  maxMoves: z.number().min(0).default(20).describe("Most moves of running VMs that one plan may ask for"),
});

/** An update that was meant to add a VM should not turn the cluster over. */
export const placementMovesBounded = definePolicy({
  name: "placement-moves-bounded",
  displayName: "Placements move few running machines",
  description: "A Placement must not move more running VMs than this policy allows.",
  group: "change-control",
  enforcementLevel: "mandatory",
  severity: "medium",
  rationale: "With many moves at once nobody reads the preview, and a wrong prediction does its harm all at once.",
  remediation: "lower settings.maxMoves, or leave the moves to a MigrationSchedule with windows and a budget.",
  url: PAGES.nist,
  references: [NIST.changeControl],
  config,
  appliesTo: [PLACEMENT],
  checkResource(resource, { config, report, notApplicable }) {
    if (readPlacement(resource).placements === UNKNOWN) return notApplicable("this preview doesn't know the plan");
    const moves = movesOf(resource);
    if (moves.length <= config.maxMoves) return;
    report(`The plan moves ${moves.length} running machines; at most ${config.maxMoves} are allowed (maxMoves).`);
  },
});
