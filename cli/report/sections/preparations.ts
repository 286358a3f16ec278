import { commonDomain } from "../../plan-table";
import type { ReportInput } from "../input";
import type { DeclaredAllocation, DeclaredPreparation } from "../ready-hosts";
import { type Html, html } from "../page/html";
import { instant, share, shortener } from "../page/format";
import type { ReportSection } from "../page/section";
import { table } from "../page/table";

/** What is ready before somebody asks, or before a host fails; and what that cost so far. */
export const preparations: ReportSection = {
  id: "preparations",
  title: "Held ready",
  render({ plan, ready }: ReportInput) {
    if (!ready || ready.preparations.length + ready.allocations.length === 0)
      return html`<p class="unknown">
        No HostPreparation and no ProactiveAllocation is declared for this cluster, or no journal knows of one.
      </p>`;
    const short = shortener(commonDomain(plan.hosts.map(({ name }) => name)));
    return html`${ready.preparations.length > 0 && prepared(ready.preparations, short)}${ready.allocations.length > 0 && allocated(ready.allocations, short)}`;
  },
};

type Shorten = (text: string) => string;
const number = true;
const whole = (value: number) => Math.round(value).toLocaleString("en");

function prepared(list: readonly DeclaredPreparation[], short: Shorten): Html {
  return html`<h3>Hosts prepared for requests</h3>
    ${table(
      "What is prepared now, by resource",
      [
        { title: "HostPreparation" },
        { title: "Request likely", number },
        { title: "Hosts ready" },
        { title: "Until" },
        { title: "Why", long: true },
      ],
      list.map(({ owner, planned: { probability, prepared: now, until, evidence } }) => [
        owner,
        share(probability),
        now ? now.hosts.map(({ host }) => short(host)).join(", ") : "none",
        until === null ? "-" : instant(Date.parse(until) / 1000),
        short(evidence),
      ]),
    )}
    ${table(
      "How it did so far: windows by what came of them, and what was held",
      [
        { title: "HostPreparation" },
        { title: "Requests", number },
        { title: "Unprepared", number },
        { title: "Prepared", number },
        { title: "In vain", number },
        { title: "GHz hours", number },
        { title: "GiB hours", number },
        { title: "Disk GiB hours", number },
      ],
      list.map(({ owner, summary }) => {
        if (!summary) return [owner, ...Array.from({ length: 7 }, () => "none yet")];
        const { record, overhead } = summary;
        return [
          owner,
          ...[record.requests, record.coldStarts, record.prepared, record.falsePositives].map(whole),
          ...[overhead.cpuMhzHours / 1000, overhead.memoryMibHours / 1024, overhead.datastoreGibHours].map((value) =>
            value.toFixed(1),
          ),
        ];
      }),
    )}`;
}

function allocated(list: readonly DeclaredAllocation[], short: Shorten): Html {
  const { rows, rooms } = {
    rows: list.map(({ owner, planned: { members, replicasSuggested, groupRisk, reservations, evidence } }) => [
      owner,
      `${members.filter(({ atRisk }) => atRisk).length} of ${members.length}`,
      share(groupRisk.now, { fine: true }),
      replicasSuggested === null ? "none is enough" : String(replicasSuggested),
      share(groupRisk.then, { fine: true }),
      String(reservations.length),
      short(evidence),
    ]),
    rooms: list.flatMap(({ owner, planned: { members, reservations, redirection } }) =>
      members
        .filter(({ atRisk }) => atRisk)
        .map(({ vm, host, risk, because }) => [
          vm,
          owner,
          host === null ? "none" : short(host),
          share(risk, { fine: true }),
          reservations
            .filter((room) => room.vm === vm)
            .map((room) => short(room.host))
            .join(", ") || "none",
          redirection?.targets.some((target) => target.vm === vm && redirection.withdraw.includes(target.address))
            ? "yes"
            : "no",
          short(because),
        ]),
    ),
  };
  return html`<h3>Groups that are ready for failures</h3>
    ${table(
      "Risk that too few of a group are left within the horizon, and what is done about it",
      [
        { title: "ProactiveAllocation" },
        { title: "At risk" },
        { title: "Group's risk", number },
        { title: "VMs suggested", number },
        { title: "Risk then", number },
        { title: "Rooms kept", number },
        { title: "Why", long: true },
      ],
      rows,
    )}
    ${
      rooms.length > 0 &&
      table(
        "Members at risk, and where there is room to restart them",
        [
          { title: "VM" },
          { title: "Of" },
          { title: "Host" },
          { title: "Risk", number },
          { title: "Room kept on" },
          { title: "Clients sent elsewhere" },
          { title: "Because", long: true },
        ],
        rooms,
      )
    }`;
}
