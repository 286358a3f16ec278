import assert from "node:assert/strict";
import { type BacktestReport, renderBacktest } from "../../cli/report/backtest";

const DAY = 86_400;
const T = 1_772_409_600;

function outcome(policy: string, overload: readonly number[], moves: number): BacktestReport["replay"]["planned"] {
  const overloadMinutes = overload.reduce((a, b) => a + b, 0);
  return {
    ...{ policy, overloadMinutes, vmOverloadMinutes: 0, lostVmMinutes: overloadMinutes / 4, moves, returns: 1 },
    ...{ refused: 0, copiedMb: moves * 4096, decisions: 48, hostMinutes: 5760, heldMinutes: 0 },
    withoutDemand: ["<b>silent</b>"],
    days: overload.map((minutes, i) => ({
      ...{ day: T + i * DAY, overloadMinutes: minutes, lostVmMinutes: minutes / 4, moves: i },
    })),
  };
}

const report: BacktestReport = {
  ...{ cluster: "production", source: "vc.example.com", from: T, asOf: T + 2 * DAY },
  models: [
    {
      ...{ model: "demand/quantile/cpu", measure: "weighted quantile loss", judged: 1200, error: 0.02 },
      ...{ fallback: "seasonal-baseline", fallbackError: 0.04, skill: 0.5, calibrationError: 0.01, because: "" },
    },
    {
      ...{ model: "failure/host", measure: "Brier score", judged: 0, error: null, fallback: "failure/signals" },
      ...{ fallbackError: null, skill: null, calibrationError: null, because: "12 failures are too few" },
    },
  ],
  replay: {
    asItWas: outcome("idle", [300, 100], 0),
    reactive: outcome("reactive", [80, 60], 12),
    planned: outcome("planned", [30, 10], 7),
  },
};

describe("the page of a backtest", () => {
  it("says what would have been spared, against no move and against a reactive hand", () => {
    const page = renderBacktest(report);
    assert.match(page, /would have spared 90 % of the overload, with 7 moves: less overload than by moving/);
    assert.match(page, /which takes 12 moves/);
    for (const figure of ["400", "140", "40", "0.500", "12 failures are too few"])
      assert.ok(page.includes(figure), figure);
    assert.match(page, /2026-03-02[^]*2026-03-03/);
    assert.ok(page.includes("&lt;b&gt;silent"));
    assert.doesNotMatch(page, /<script|<b>silent/);
    assert.equal(page, renderBacktest(report));
  });

  it("says so where it would have been worse, and where there was nothing to gain", () => {
    const worse = renderBacktest({ ...report, replay: { ...report.replay, planned: outcome("planned", [500], 3) } });
    assert.match(worse, /would have made 25 % more overload, with 3 moves: more overload than/);
    const calm = renderBacktest({
      ...report,
      replay: { asItWas: outcome("a", [0], 0), reactive: outcome("b", [0], 0), planned: outcome("c", [0], 0) },
    });
    assert.match(calm, /No host was overloaded: there was nothing to gain/);
    assert.doesNotMatch(calm.split('id="days"')[1].split("</section>")[0], /<svg/);
  });
});
