import { z } from "zod";
import { type MigrationMove, migrationMoveSchema, type MigrationPlan } from "../migration";
import { type Opening, openingAt, type Window } from "../windows";

export const scheduledWaveSchema = z.strictObject({
  /** Epoch seconds: when it may begin, and when it must have ended; null: whenever it ends. */
  startsAt: z.number().int(),
  endsBefore: z.number().int().nullable(),
  durationSeconds: z.number().nonnegative(),
  /** It begins when the one before has ended, however soon that is; otherwise it waits for its instant. */
  followsAtOnce: z.boolean(),
  /** It may only begin where all moves of the waves before were done. */
  needsEarlier: z.boolean().optional(),
  moves: z.array(migrationMoveSchema).min(1),
});
export type ScheduledWave = z.infer<typeof scheduledWaveSchema>;

export interface Assigned {
  readonly waves: readonly ScheduledWave[];
  /** Waves that no opening of the windows is long enough for, or for which none comes. */
  readonly without: readonly { readonly vms: readonly string[]; readonly because: string }[];
}

/**
 * Gives each wave the first opening that holds it whole, one after the other: a later wave counts on all before it, so where
 * one finds no opening the rest wait as well.
 * @param at epoch seconds
 * @param movesLeft a wave is cut where the budget ends; what is left out is planned anew another time
 */
export function assignWaves(
  migration: MigrationPlan,
  windows: readonly Window[],
  at: number,
  movesLeft: number,
): Assigned {
  const waves: ScheduledWave[] = [];
  const without: { vms: string[]; because: string }[] = [];
  let free = at;
  let left = movesLeft;
  for (const wave of migration.waves) {
    const moves = wave.moves.slice(0, left);
    if (moves.length === 0) break;
    const opening = without.length > 0 ? null : holding(windows, free, wave.durationSeconds);
    if (opening === null) {
      without.push({ vms: namesOf(moves), because: becauseOf(windows, free, wave.durationSeconds, without.length) });
      continue;
    }
    // The quiet hour that the migration planner chose, where the window has it; otherwise as soon as the window opens.
    const wished = at + wave.startsAfterSeconds;
    const latest = opening.end - wave.durationSeconds;
    const startsAt = Math.ceil(Math.max(opening.start, free, Math.min(wished, latest)));
    waves.push({
      followsAtOnce: waves.length > 0 && startsAt <= free,
      startsAt,
      endsBefore: Number.isFinite(opening.end) ? opening.end : null,
      durationSeconds: wave.durationSeconds,
      ...(wave.needsEarlier ? { needsEarlier: true } : {}),
      moves,
    });
    free = startsAt + Math.ceil(wave.durationSeconds);
    left -= moves.length;
    if (moves.length < wave.moves.length) break;
  }
  return { waves, without };
}

/**
 * The waves that may run now, one after the other. A later one counts on those before it: the first that waits, or whose
 * opening is over or too short by now, holds up the rest.
 */
export function dueWaves(waves: readonly ScheduledWave[], at: number): ScheduledWave[] {
  const due: ScheduledWave[] = [];
  let clock = at;
  for (const wave of waves) {
    const begins = wave.startsAt <= clock || (due.length > 0 && wave.followsAtOnce);
    if (!begins || !endsInTime(wave, clock)) break;
    due.push(wave);
    clock += wave.durationSeconds;
  }
  return due;
}

/** Whether a wave that begins at `at` is expected to end within its opening. */
export const endsInTime = ({ endsBefore, durationSeconds }: ScheduledWave, at: number): boolean =>
  endsBefore === null || at + durationSeconds <= endsBefore;

function holding(windows: readonly Window[], from: number, seconds: number): Opening | null {
  let at = from;
  for (let tries = 0; tries < 500; tries++) {
    const opening = openingAt(windows, at);
    if (opening === null) return null;
    const start = Math.max(opening.start, from);
    if (opening.end - start >= seconds) return { start, end: opening.end };
    at = opening.end;
  }
  return null;
}

function becauseOf(windows: readonly Window[], at: number, seconds: number, before: number): string {
  if (before > 0) return "it follows a wave that has no opening";
  if (openingAt(windows, at) === null) return "no window opens within a year";
  return `it takes ${Math.ceil(seconds / 60)} minutes, and no window is open for so long`;
}

const namesOf = (moves: readonly MigrationMove[]): string[] => moves.map(({ vm }) => vm);
