import { AffinityError } from "../../engine/errors";
import type { MigrationMove } from "../../engine/planner/migration";
import type { Plan } from "../../engine/planner/plan";
import type { PlannedSchedule } from "../../provider/schedule/inputs";
import { few, isoTime } from "../plan-table";
import { duration } from "../report/page/format";
import { whyThen } from "./wave-order";

/** A wave as it is told of; instants in epoch seconds. */
export interface WaveSubject {
  /** From 1. */
  readonly number: number;
  readonly of: number;
  /** project/stack/name of the MigrationSchedule that runs it; null for a wave that only a plan has. */
  readonly schedule: string | null;
  readonly startsAt: number;
  readonly endsBefore: number | null;
  readonly durationSeconds: number;
  readonly moves: readonly MigrationMove[];
}

export interface WaveExplanation {
  readonly kind: "wave";
  readonly subject: WaveSubject;
  readonly lines: readonly string[];
}

/** "wave-2", "wave 2" or "2". */
export function waveNumber(name: string): number | null {
  const match = /^(?:wave[ -]?)?(\d{1,6})$/i.exec(name);
  return match ? Number(match[1]) : null;
}

/** "nightly#2": wave 2 of the MigrationSchedule of that name, or of that project/stack/name. */
export function scheduledWaveId(name: string): { schedule: string; number: number } | null {
  const match = /^(.+)#(\d{1,6})$/.exec(name);
  return match ? { schedule: match[1], number: Number(match[2]) } : null;
}

/** @throws AffinityError SUBJECT_NOT_FOUND where the plan has no such wave. */
export function explainPlanWave(plan: Plan, number: number): WaveExplanation {
  const waves = plan.migration?.waves ?? [];
  const wave = waves[number - 1];
  if (!wave) throw noWave(`the plan of cluster ${plan.cluster.name}`, number, waves.length, "it moves nothing");
  const subject: WaveSubject = {
    ...{ number, of: waves.length, schedule: null },
    startsAt: plan.asOf + wave.startsAfterSeconds,
    ...{ endsBefore: null, durationSeconds: wave.durationSeconds, moves: wave.moves },
  };
  const starts = waves.map(({ startsAfterSeconds }) => plan.asOf + startsAfterSeconds);
  const unreachable = (plan.migration?.unreachable ?? []).map(({ vm, to, because }) => `${vm} to ${to}: ${because}`);
  return {
    ...{ kind: "wave", subject },
    lines: [
      ...about(subject),
      `why then: ${whyThen(waves, starts, number, plan.asOf)}`,
      `held back: nothing runs it by itself, a MigrationSchedule would; ${unreachable.length > 0 ? `out of reach: ${few(unreachable, 3, "; ")}` : "every target of the plan is in reach"}`,
    ],
  };
}

/**
 * A wave as the schedule's next run would run it.
 * @param now epoch seconds
 * @throws AffinityError SUBJECT_NOT_FOUND where the schedule has no such wave, saying what keeps it from having one
 */
export function explainScheduledWave(
  schedule: string,
  planned: PlannedSchedule,
  number: number,
  now: number,
): WaveExplanation {
  const { waves, notScheduled } = planned;
  const wave = waves[number - 1];
  const left = notScheduled.map(({ vms, because }) => `${few(vms)}: ${because}`);
  if (!wave) throw noWave(`the schedule ${schedule}`, number, waves.length, [planned.evidence, ...left].join("; "));
  const { startsAt, endsBefore, durationSeconds, moves } = wave;
  const subject = { number, of: waves.length, schedule, startsAt, endsBefore, durationSeconds, moves };
  const starts = waves.map((each) => each.startsAt);
  return {
    ...{ kind: "wave", subject },
    lines: [
      ...about(subject),
      `why then: ${whyThen(waves, starts, number, now)}`,
      `held back: ${[holding(subject, planned.due, now), left.length > 0 && `without a wave: ${few(left, 3, "; ")}`].filter(Boolean).join("; ")}`,
    ],
  };
}

/** What moves, how long it takes, and why: the first three lines. */
function about({ number, of, schedule, startsAt, durationSeconds, moves }: WaveSubject): string[] {
  const where = schedule === null ? "" : ` of ${schedule}`;
  const moved = moves.map(
    ({ vm, from, to, durationSeconds: takes, downtimeMs, stunned, temporary }) =>
      `${vm} from ${from} to ${to} (${duration(takes)}, ${downtimeMs} ms without CPU${stunned ? ", slowed down while it is copied" : ""}${temporary ? ", a stop on the way" : ""})`,
  );
  return [
    `wave ${number} of ${of}${where} begins ${isoTime(Math.round(startsAt))} and takes ${duration(durationSeconds)}: ${moves.length} ${moves.length === 1 ? "move" : "moves"}, all at once`,
    `moves: ${few(moved, 3, "; ")}`,
    `why: ${reasonsOf(moves)}`,
  ];
}

/** Each reason once, with the VMs that it moves. */
function reasonsOf(moves: readonly MigrationMove[]): string {
  const reasons = [...new Set(moves.map(({ reason }) => reason))];
  const movedBy = (reason: string) => moves.filter((move) => move.reason === reason).map(({ vm }) => vm);
  return few(
    reasons.map((reason) => `${few(movedBy(reason))}: ${reason}`),
    3,
    "; ",
  );
}

function holding({ number, startsAt, endsBefore }: WaveSubject, due: number, now: number): string {
  const until = endsBefore === null ? "" : `; it must have ended by ${isoTime(endsBefore)}, when the window closes`;
  if (number <= due) return `nothing: the next \`vsphere-affinity apply\` runs it${until}`;
  return startsAt > now
    ? `until ${isoTime(startsAt)}; an \`apply\` from then on plans anew and runs what still pays${until}`
    : `the waves before it are not due, or the window is too short by now${until}`;
}

const noWave = (whose: string, number: number, count: number, because: string): AffinityError =>
  new AffinityError({
    code: "SUBJECT_NOT_FOUND",
    message: `${whose} has no wave ${number}${count === 0 ? `: ${because}` : `, its last is wave ${count}`}`,
    hint:
      count === 0
        ? "`vsphere-affinity plan` says what would move, and what broken constraints no move mends"
        : count === 1
          ? "ask for wave 1"
          : `ask for one of 1 to ${count}`,
  });
