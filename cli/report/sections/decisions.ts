import { COST_UNIT, type PlacedVm, type Plan } from "../../../engine/planner/plan";
import { commonDomain, inOrderOfInterest } from "../../plan-table";
import { type Html, html } from "../page/html";
import { share, shortener, words } from "../page/format";
import type { ReportSection } from "../page/section";
import { folded, MOST_ROWS, table } from "../page/table";

type Shorten = (text: string) => string;

/** Why each VM goes where it goes, and what else was weighed. */
export const decisions: ReportSection = {
  id: "decisions",
  title: "Why, and what else was weighed",
  short: "Why",
  render({ plan }) {
    const short = shortener(commonDomain(plan.hosts.map(({ name }) => name)));
    const ordered = inOrderOfInterest(plan.virtualMachines);
    const changed = ordered.filter(({ action }) => action !== "keep");
    const stay = ordered.filter(({ action }) => action === "keep");
    return html`<p>
        Costs are counted in hosts' full weights. A gain is what the plan would cost more without the move; it has to
        pass what the move costs.
      </p>
      ${changed.length === 0 ? html`<p class="unknown">No VM is placed or moved.</p>` : changed.slice(0, MOST_ROWS).map((placed) => decision(placed, plan, short))}
      ${changed.length > MOST_ROWS && html`<p class="note">And ${changed.length - MOST_ROWS} more: the plan as JSON has them all.</p>`}
      ${stay.length > 0 && staying(stay, short)}`;
  },
};

const signed = (value: number) => `${value < 0 ? "−" : "+"}${(Math.abs(value) / COST_UNIT).toFixed(4)}`;

function decision(placed: PlacedVm, plan: Plan, short: Shorten): Html {
  const { vm, from, host, action, risk, headroom, reasons, basis } = placed;
  const move = plan.moves.find(({ id }) => id === placed.id);
  const gain =
    move &&
    html`<p>
      Gain ${signed(move.gain)}${move.cost !== undefined && `, cost of moving ${(move.cost / COST_UNIT).toFixed(4)}`}.
    </p>`;
  return html`<article class="move">
    <h3>${vm}: ${action === "place" ? "placed on" : `${short(from ?? "no host")} →`} ${short(host)}</h3>
    <ul>
      ${reasons.map(({ objective, text }) => html`<li>${short(text)} <span class="quiet">(${words(objective)})</span></li>`)}
    </ul>
    ${gain ?? null}
    <p class="quiet">
      Risk ${share(risk, { fine: true })}; ${short(host)} keeps ${share(headroom.cpu)} of its CPU and
      ${share(headroom.memory)} of its memory free at the worst hour. Forecast from ${BASIS[basis]}.
    </p>
    ${weighed(placed, short)}
  </article>`;
}

const BASIS = {
  history: "its own history",
  like: "the history of a VM like it",
  configured: "its configured size",
} as const;

function weighed({ vm, runnersUp }: PlacedVm, short: Shorten): Html {
  if (runnersUp.length === 0) return html`<p>No other host may run it.</p>`;
  const objectives = [...new Set(runnersUp.flatMap(({ byObjective }) => Object.keys(byObjective)))].filter((name) =>
    runnersUp.some(({ byObjective }) => (byObjective[name] ?? 0) !== 0),
  );
  const number = true;
  return folded(
    `What else was weighed: ${runnersUp.map(({ host }) => short(host)).join(", ")}`,
    table(
      `Cost of ${vm} elsewhere, beside the chosen host`,
      [{ title: "Host" }, { title: "In all", number }, ...objectives.map((name) => ({ title: words(name), number }))],
      runnersUp.map(({ host, extraCost, byObjective }) => [
        short(host),
        signed(extraCost),
        ...objectives.map((name) => signed(byObjective[name] ?? 0)),
      ]),
    ),
  );
}

function staying(stay: readonly PlacedVm[], short: Shorten): Html {
  const shown = stay.slice(0, MOST_ROWS);
  const some = shown.length < stay.length ? `, the ${MOST_ROWS} with the highest risk of ${stay.length}` : "";
  const number = true;
  return folded(
    `The ${stay.length} VMs that stay`,
    table(
      `VMs that stay${some}`,
      [
        { title: "VM" },
        { title: "Host" },
        { title: "Risk", number },
        { title: "CPU free", number },
        { title: "Memory free", number },
        { title: "Main reason", long: true },
      ],
      shown.map(({ vm, host, risk, headroom, reasons }) => [
        vm,
        short(host),
        share(risk, { fine: true }),
        share(headroom.cpu),
        share(headroom.memory),
        short(reasons[0].text),
      ]),
    ),
  );
}
