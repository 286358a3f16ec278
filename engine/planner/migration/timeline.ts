import type { Grid } from "../../telemetry/source";
import type { MigrationConfig } from "./config";
import type { Relocation } from "./guard";
import { Costs } from "./ledger";
import type { Operation } from "./operation";
import type { PreCopy } from "./precopy";
import { migrationOf, type VmMemory } from "./vm-memory";

export interface TimedMove {
  readonly move: Relocation;
  readonly startsAfterSeconds: number;
  readonly durationSeconds: number;
  readonly copy: PreCopy;
}

export interface TimedWave {
  readonly startsAfterSeconds: number;
  readonly durationSeconds: number;
  readonly moves: readonly TimedMove[];
}

export interface Timing {
  readonly config: MigrationConfig;
  readonly horizon: Grid;
  readonly operationOf: (unit: number) => Operation;
  readonly memoryOf: (unit: number) => VmMemory;
  /** Whether the unit's move may not wait. */
  readonly urgent: (unit: number) => boolean;
}

/** When each wave begins, and what each move takes. A wave begins when the one before has ended, or at a quieter hour. */
export function timeWaves(waves: readonly (readonly Relocation[])[], timing: Timing): TimedWave[] {
  const timed: TimedWave[] = [];
  // A wave that waited would keep what comes after it waiting.
  const lastUrgent = waves.findLastIndex((wave) => wave.some(({ unit }) => timing.urgent(unit)));
  let now = 0;
  waves.forEach((wave, i) => {
    const best = i <= lastUrgent ? timeWave(wave, now, timing) : quietest(wave, now, timing);
    timed.push(best);
    now = best.startsAfterSeconds + best.durationSeconds;
  });
  return timed;
}

/** The wave at the first hour at which the fewest of its VMs must be slowed down to get across. */
function quietest(wave: readonly Relocation[], now: number, timing: Timing): TimedWave {
  const { horizon, config } = timing;
  const slowed = ({ moves }: TimedWave) => moves.filter(({ copy }) => copy.stunned).length;
  let best = timeWave(wave, now, timing);
  const last = Math.min(config.waitHours * 3600, horizon.step * (horizon.length - 1));
  for (let at = (Math.floor(now / horizon.step) + 1) * horizon.step; at <= last; at += horizon.step) {
    if (slowed(best) === 0) break;
    const later = timeWave(wave, at, timing);
    if (slowed(later) < slowed(best)) best = later;
  }
  return best;
}

/** All begin at once, but for those that the limits keep waiting (a rule's VMs that are more than a host may move). */
function timeWave(wave: readonly Relocation[], now: number, timing: Timing): TimedWave {
  const { config, operationOf, memoryOf } = timing;
  const moves: TimedMove[] = [];
  for (let waiting = [...wave], start = now; waiting.length > 0;) {
    const costs = new Costs(config);
    const together = waiting.filter((move, i) => {
      costs.count(move, operationOf(move.unit), 1);
      if (i === 0 || costs.within()) return true;
      costs.count(move, operationOf(move.unit), -1);
      return false;
    });
    let end = start;
    for (const move of together) {
      const { storage } = operationOf(move.unit);
      const copy = migrationOf(memoryOf(move.unit), config.networkGbps / costs.sharing(move), config, start);
      const durationSeconds = copy.durationSeconds + (storage ? storage.sizeMb / config.storageMbPerSecond : 0);
      moves.push({ move, startsAfterSeconds: start, durationSeconds, copy });
      end = Math.max(end, start + durationSeconds);
    }
    const gone = new Set(together);
    waiting = waiting.filter((move) => !gone.has(move));
    start = end;
  }
  const end = Math.max(...moves.map(({ startsAfterSeconds, durationSeconds }) => startsAfterSeconds + durationSeconds));
  return { startsAfterSeconds: now, durationSeconds: end - now, moves };
}
