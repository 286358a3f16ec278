import assert from "node:assert/strict";
import { AffinityError } from "../../engine/errors";
import { parseNews as placement } from "../../provider/placement/inputs";
import { parseNews as schedule } from "../../provider/schedule/inputs";
import { parseNews as stickiness } from "../../provider/stickiness/inputs";

/** The refusal as a user reads it. */
function refusal(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof AffinityError) return error.describe();
    throw error;
  }
  return assert.fail("it was accepted");
}

function names(text: string, parts: readonly string[]): void {
  for (const part of parts) assert.ok(text.includes(part), `${part} in ${text}`);
}

describe("what a program asks for", () => {
  const base = { owner: "p/s/n", cluster: "c" };

  it("may hold nothing that a migration schedule doesn't know, at any depth, and all of it is said at once", () => {
    const news = {
      ...base,
      treshold: 1,
      budget: { movesPerHour: 3, movesPerRun: -1 },
      thresholds: { affinty: 1 },
      windows: [{ recurence: "FREQ=DAILY" }],
      settings: { gainTreshold: 1, maxMoves: 3, weights: { riks: 1 } },
    };
    names(
      refusal(() => schedule(news)),
      ["treshold", "movesPerHour", "budget.movesPerRun", "affinty", "recurence", "gainTreshold", "maxMoves", "riks"],
    );
  });

  it("may hold nothing that a stickiness or a placement doesn't know", () => {
    const virtualMachines = ["a", "b"];
    names(
      refusal(() => stickiness({ ...base, virtualMachines, maxHuors: 3, keep: "near" })),
      ["maxHuors", "keep"],
    );
    names(
      refusal(() => placement({ ...base, grups: [] }, { ...base, virtualMachines: [{ name: "a", cpus: 2 }] })),
      ["grups", "cpus"],
    );
  });

  it("is told from what check decided and from what Pulumi adds", () => {
    const decided = { waves: [], due: 0, notScheduled: [], evidence: "", executed: [], __provider: "…", source: "vc" };
    assert.equal(schedule({ ...base, ...decided }).cluster, "c");
    const rule = { rule: null, key: 3, since: null, expiresAt: null, risk: {}, evidence: "", drift: [] };
    assert.equal(stickiness({ ...base, ...rule, virtualMachines: ["a", "b"], __provider: "…" }).cluster, "c");
    assert.equal(placement({ ...base, plan: {}, moves: [], placements: [] }, base).cluster, "c");
  });
});
