import assert from "node:assert/strict";
import { run } from "../../benchmark/bed";
import type { MonthOutcome } from "../../benchmark/month/tally";
import { needs } from "../testbed";

type Figures = MonthOutcome & {
  readonly runs: number;
  readonly unlogged: number;
  readonly findings: Readonly<Record<string, number>>;
  readonly noAction: MonthOutcome;
};

describe("apply every quarter of an hour, on the simulator", function () {
  this.timeout(180_000);
  needs("vcenter", "influxd1");

  it("relieves crowded hosts, and the simulator has just the moves that the log has", async () => {
    // Crowded by more than half of what it can give, so that there is something to do within three hours.
    const args = ["--days", "0.125", "--hosts", "4", "--vms", "30", "--use", "0.7", "--seed", "7"];
    const figures = (await run(args)) as unknown as Figures;
    assert.equal(figures.runs, 12);
    assert.ok(figures.movesPerDay > 0);
    assert.deepEqual([figures.unlogged, figures.violations, figures.thrash], [0, 0, 0]);
    assert.ok(Object.keys(figures.findings).every((key) => !/failed|not-judged/.test(key)));
    assert.ok(figures.overloadMinutes < figures.noAction.overloadMinutes, JSON.stringify(figures));
  });
});
