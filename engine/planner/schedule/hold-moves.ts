import type { MigrationMove } from "../migration";
import type { ScheduledWave } from "./assign-waves";

/** A move with an instant of its own, for a scheduler that knows no waves. */
export interface HeldMove {
  readonly move: MigrationMove;
  /** Epoch seconds. */
  readonly runAt: number;
}

export interface Held {
  readonly moves: readonly HeldMove[];
  /** Those that can't be left to such a scheduler, with the reason. */
  readonly waiting: readonly { readonly vms: readonly string[]; readonly because: string }[];
}

/**
 * Moves that somebody else may begin at their instants without asking how the others ended: waves up to the first that needs
 * what earlier ones leave, no more at a time than `concurrency` by their expected durations, each within its opening.
 * @param earliest epoch seconds
 */
export function holdMoves(waves: readonly ScheduledWave[], concurrency: number, earliest: number): Held {
  const moves: HeldMove[] = [];
  const waiting: { vms: string[]; because: string }[] = [];
  let free = earliest;
  let blocked = "";
  for (const wave of waves) {
    const vms = wave.moves.map(({ vm }) => vm);
    if (!blocked && wave.needsEarlier && moves.length > 0)
      blocked = "it must be known first how the moves before it ended";
    if (blocked) {
      waiting.push({ vms, because: blocked });
      continue;
    }
    const turns = Array.from({ length: concurrency }, () => Math.max(wave.startsAt, free));
    for (const move of wave.moves) {
      const turn = turns.indexOf(Math.min(...turns));
      const runAt = Math.ceil(turns[turn]);
      const end = runAt + move.durationSeconds;
      if (wave.endsBefore !== null && end > wave.endsBefore) {
        const because = `one after the other, ${concurrency} at a time, it would not end within its window`;
        waiting.push({ vms: [move.vm], because });
        continue;
      }
      turns[turn] = end;
      free = Math.max(free, end);
      moves.push({ move, runAt });
    }
  }
  return { moves, waiting };
}
