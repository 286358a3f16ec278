import type { Arm, BacktestRow } from "../../../engine/backtest";
import type { ReplayOutcome } from "../../../engine/replay";
import { page } from "../page/document";
import { type Html, html } from "../page/html";
import { count, instant, share } from "../page/format";
import { table } from "../page/table";
import { tiles } from "../page/tiles";
import { ARMS } from "./arms";
import { days } from "./days";
import { skills } from "./skills";

/** What a backtest gave, of one cluster's own history. */
export interface BacktestReport {
  readonly cluster: string;
  /** The inventory's source. */
  readonly source: string;
  /** Epoch seconds: begin and end of what was replayed. */
  readonly from: number;
  readonly asOf: number;
  readonly models: readonly BacktestRow[];
  readonly replay: Readonly<Record<Arm, Omit<ReplayOutcome, "placement">>>;
}

/** A backtest as one HTML page, of the report's kind: no script, nothing from the network. */
export function renderBacktest(report: BacktestReport): string {
  const { cluster, source, from, asOf } = report;
  const head = html`<h1>Backtest of ${cluster}</h1>
    <p class="quiet">${source}, ${instant(from)} to ${instant(asOf)}</p>`;
  const sections = [
    { id: "summary", title: "What would have happened", short: "Summary", content: summary(report) },
    { id: "days", title: "Day by day", content: days(report.replay) },
    { id: "models", title: "How well the models foresaw it", short: "Models", content: skills(report.models) },
    { id: "method", title: "How to read this", content: method(report) },
  ];
  const foot = html`<p>Made by vsphere-affinity; times are UTC.</p>`;
  return page(`Backtest of ${cluster}, to ${instant(asOf)}`, head, sections, foot);
}

const whole = (value: number): string => Math.round(value).toLocaleString("en");

function summary({ replay }: BacktestReport): Html {
  const { asItWas, reactive, planned } = replay;
  const number = true;
  return html`<p>${verdict(replay)}</p>
    ${tiles([
      [
        "Overload, no move",
        `${whole(asItWas.overloadMinutes)} min`,
        "minutes of a host with more demand than capacity",
      ],
      ["Reactive", `${whole(reactive.overloadMinutes)} min`, count(reactive.moves, "move")],
      ["Planned", `${whole(planned.overloadMinutes)} min`, count(planned.moves, "move")],
    ])}
    ${table(
      "By who had looked after the cluster",
      [
        { title: "Who" },
        { title: "Overload minutes", number },
        { title: "VM minutes lost", number },
        { title: "Moves", number },
        { title: "Moved back within a day", number },
        { title: "Found no room", number },
        { title: "Copied, GiB", number },
      ],
      ARMS.map(({ arm, name }) => {
        const { overloadMinutes, lostVmMinutes, moves, returns, refused, copiedMb } = replay[arm];
        return [
          name,
          whole(overloadMinutes),
          lostVmMinutes.toFixed(1),
          moves,
          returns,
          refused,
          whole(copiedMb / 1024),
        ];
      }),
    )}`;
}

function verdict({ asItWas, reactive, planned }: BacktestReport["replay"]): string {
  if (asItWas.overloadMinutes === 0)
    return `No host was overloaded: there was nothing to gain, and what counts is that little is moved: ${count(planned.moves, "move")} by the planner, ${reactive.moves} by a reactive hand.`;
  const spared = 1 - planned.overloadMinutes / asItWas.overloadMinutes;
  const gain =
    spared >= 0
      ? `The planner would have spared ${share(spared)} of the overload`
      : `The planner would have made ${share(-spared)} more overload`;
  const against =
    planned.overloadMinutes < reactive.overloadMinutes
      ? "less overload than by moving VMs once hosts are hot"
      : planned.overloadMinutes > reactive.overloadMinutes
        ? "more overload than by moving VMs once hosts are hot"
        : "as much overload as by moving VMs once hosts are hot";
  return `${gain}, with ${count(planned.moves, "move")}: ${against}, which takes ${count(reactive.moves, "move")}.`;
}

function method({ replay: { planned } }: BacktestReport): Html {
  const without = planned.withoutDemand.length;
  return html`<ul>
      <li>
        The models learned from the days before, and were judged on days that they had not seen. Skill is 1 - error /
        the fallback's: above 0, the model is better.
      </li>
      <li>
        Telemetry names no hosts: all three begin with VMs where they are now. Demand is taken to be what it was,
        wherever a VM runs.
      </li>
      <li>
        A VM minute is lost where a host has more demand than capacity, by the share that is lacking, and while a move
        switches over.
      </li>
      <li>
        ${count(planned.decisions, "decision")} over ${whole(planned.hostMinutes / 60)} host hours. For
        ${count(Math.round(planned.heldMinutes / 60), "VM hour")} no sample was there, and the one before was held:
        expected where telemetry is sparser than the replay's steps.
      </li>
    </ul>
    ${without > 0 && html`<p class="alarm">${count(without, "VM")} without a sample took no part: ${planned.withoutDemand.slice(0, 20).join(", ")}${without > 20 && " and others"}.</p>`}`;
}
