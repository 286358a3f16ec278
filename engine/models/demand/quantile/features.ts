import { type Record, anchorOf, recordOf } from "./anchor";
import { CANDIDATES, type Candidates } from "./candidates";
import { Context } from "./context";
import { type Rhythm, LEAD_GROUPS, contextSlots, leadGroupOf } from "./rhythm";

const DAYS = 7;
const LAGS = [1, 2, 3, 6];
const SPREAD_LEVELS = [0.1, 0.25, 0.75, 0.9];
const CYCLE = 12;

/** One series seen from one origin: what its features rest on. */
export interface View {
  readonly context: Context;
  readonly candidates: Candidates;
  readonly record: Record;
  readonly origin: number;
  /** Median of the newest slots, which features are measured from. */
  readonly level: number;
}

export function viewOf(candidates: Candidates, origin: number): View {
  const context = new Context(candidates.values, origin, candidates.rhythm);
  const record = recordOf(candidates, origin, context.scale);
  return { context, candidates, record, origin, level: candidates.level(origin) };
}

interface Feature<Of> {
  readonly name: string;
  readonly of: Of;
}

/** Features of the view alone; differences are in units of the scale, so that series of any size are alike. */
function viewFeatures(rhythm: Rhythm): Feature<(view: View) => number>[] {
  const { slotsPerDay } = rhythm;
  const spans = [24, 48, slotsPerDay, contextSlots(rhythm)].filter((span, i, all) => all.indexOf(span) === i);
  const short = [...new Set([12, 48, slotsPerDay])];
  const relative = (at: (context: Context) => number) => (view: View) =>
    (at(view.context) - view.level) / view.context.scale;
  return [
    ...LAGS.map((lag) => ({ name: `value ${lag} back`, of: relative((context) => context.lag(lag)) })),
    ...spans.flatMap((span) =>
      SPREAD_LEVELS.map((level) => ({
        name: `quantile ${level} of ${span}`,
        of: relative((context) => context.quantile(span, level)),
      })),
    ),
    ...short.flatMap((span) => [
      { name: `least of ${span}`, of: relative((context) => context.quantile(span, 0)) },
      { name: `greatest of ${span}`, of: relative((context) => context.quantile(span, 1)) },
      { name: `roughness of ${span}`, of: ({ context }: View) => context.roughness(span) / context.scale },
      { name: `deviation of ${span}`, of: ({ context }: View) => context.deviation(span) / context.scale },
    ]),
    {
      name: "slots since another level",
      of: ({ context, level }) => Math.log1p(context.slotsSinceFar(level, context.scale)),
    },
    {
      name: "share at other levels, week",
      of: ({ context, level }) => context.shareFar(contextSlots(rhythm), level, 2 * context.scale),
    },
    {
      name: "share at other levels, day",
      of: ({ context, level }) => context.shareFar(slotsPerDay, level, 2 * context.scale),
    },
    { name: "autocorrelation of 1", of: ({ context }) => context.autocorrelation(1) },
    { name: "autocorrelation of a day", of: ({ context }) => context.autocorrelation(slotsPerDay) },
  ];
}

/** Scratch for one lead time: what the candidates and the earlier days say of the slot. */
interface Lead {
  readonly view: View;
  readonly lead: number;
  readonly candidates: Float64Array;
  readonly anchor: number;
  /** Values of the slot on the days before, newest first; NaN beyond the history. */
  readonly days: Float64Array;
}

function leadFeatures(rhythm: Rhythm): Feature<(lead: Lead) => number>[] {
  const fromLevel = (value: number, { level, context }: View) => (value - level) / context.scale;
  const extreme = (days: Float64Array, choose: (a: number, b: number) => number) => {
    let chosen = Number.NaN;
    for (const value of days) if (!Number.isNaN(value)) chosen = Number.isNaN(chosen) ? value : choose(chosen, value);
    return chosen;
  };
  const numbered = Array.from({ length: CANDIDATES }, (_, k) => k);
  return [
    { name: "lead", of: ({ lead }) => lead },
    ...[0, 1, 6].map((day) => ({
      name: `same time ${day + 1} days back`,
      of: ({ days, view }: Lead) => fromLevel(days[day], view),
    })),
    { name: "least at that time", of: ({ days, view }) => fromLevel(extreme(days, Math.min), view) },
    { name: "greatest at that time", of: ({ days, view }) => fromLevel(extreme(days, Math.max), view) },
    ...[1, 2, 3].map((turn) => ({
      name: `same phase ${turn} turns back`,
      of: ({ lead, view }: Lead) => fromLevel(view.context.lag(CYCLE * turn - (lead % CYCLE)), view),
    })),
    ...numbered.map((k) => ({
      name: `candidate ${k}`,
      of: ({ candidates, anchor, view }: Lead) => (candidates[k] - anchor) / view.context.scale,
    })),
    ...numbered.map((k) => ({
      name: `error of candidate ${k}`,
      of: ({ lead, view: { record, context } }: Lead) =>
        Math.log(record.errors[k * LEAD_GROUPS + leadGroupOf(rhythm, lead)] / context.scale + 0.01),
    })),
    { name: "anchor", of: ({ anchor, view }) => fromLevel(anchor, view) },
  ];
}

/** The features of a rhythm: names, and rows of views. One order for training and forecasting. */
export class FeatureTable {
  readonly names: readonly string[];
  private readonly ofView: readonly Feature<(view: View) => number>[];
  private readonly ofLead: readonly Feature<(lead: Lead) => number>[];
  private readonly candidates = new Float64Array(CANDIDATES);
  private readonly days = new Float64Array(DAYS);

  constructor(readonly rhythm: Rhythm) {
    this.ofView = viewFeatures(rhythm);
    this.ofLead = leadFeatures(rhythm);
    this.names = [...this.ofView, ...this.ofLead].map(({ name }) => name);
  }

  /** Writes a row per lead time to `into` from row `at` on, and the anchors of those rows to `anchors`. */
  write(view: View, leads: ArrayLike<number>, into: Float32Array, anchors: Float64Array, at: number): void {
    const { ofView, ofLead, candidates, days, rhythm } = this;
    const columns = this.names.length;
    const first = at * columns;
    for (let i = 0; i < ofView.length; i++) into[first + i] = ofView[i].of(view);
    for (let r = 0; r < leads.length; r++) {
      const lead = leads[r];
      const row = first + r * columns;
      if (r > 0) into.copyWithin(row, first, first + ofView.length);
      view.candidates.at(view.origin, lead, candidates);
      const anchor = anchorOf(candidates, view.record, rhythm, lead);
      for (let day = 0; day < DAYS; day++) {
        const slot = view.origin + lead - (day + 1) * rhythm.slotsPerDay;
        days[day] = slot >= 0 ? view.candidates.values[slot] : Number.NaN;
      }
      const scratch: Lead = { view, lead, candidates, anchor, days };
      for (let i = 0; i < ofLead.length; i++) into[row + ofView.length + i] = ofLead[i].of(scratch);
      anchors[at + r] = anchor;
    }
  }
}
