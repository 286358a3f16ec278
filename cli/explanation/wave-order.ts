import type { MigrationMove } from "../../engine/planner/migration";
import { few, isoTime } from "../plan-table";

interface Timed {
  readonly durationSeconds: number;
  readonly moves: readonly MigrationMove[];
}

/** A wave that begins so much later than it could, seconds, waits for something. */
const NOTABLE = 2;

/**
 * Why a wave begins when it does: at once, after a wave that makes room for it, or at a chosen hour.
 * @param starts [wave] epoch seconds
 * @param number of the wave, from 1
 */
export function whyThen(waves: readonly Timed[], starts: readonly number[], number: number, now: number): string {
  const before = waves[number - 2];
  const free = before ? starts[number - 2] + before.durationSeconds : now;
  const waits = starts[number - 1] > free + NOTABLE;
  const after = before && follows(waves, number);
  if (!waits) return after ?? "at once: nothing has to make room for it first";
  const hour = `${isoTime(Math.round(starts[number - 1]))} is the first instant that its window, or an hour in which fewer of its VMs must be slowed down to be copied, allows`;
  return after ? `${after}; ${hour}` : hour;
}

/** What the waves before it do for the hosts and the VMs of this one. */
function follows(waves: readonly Timed[], number: number): string {
  const { moves } = waves[number - 1];
  const earlier = waves.slice(0, number - 1).flatMap((wave, i) => wave.moves.map((move) => ({ move, wave: i + 1 })));
  const said = moves.flatMap(({ id, vm, from, toHostId, to }): string[] => {
    const stop = earlier.find(({ move }) => move.id === id);
    if (stop) return [`${vm} waits on ${from} since wave ${stop.wave}`];
    const leaves = earlier.filter(({ move }) => move.fromHostId === toHostId);
    if (leaves.length === 0) return [];
    return [`${to} is left by ${few(leaves.map(({ move, wave }) => `${move.vm} in wave ${wave}`))} before ${vm} comes`];
  });
  if (said.length > 0) return `after wave ${number - 1}: ${few([...new Set(said)])}`;
  const hosts = new Set(earlier.flatMap(({ move }) => [move.fromHostId, move.toHostId]));
  const shared = [
    ...new Set(
      moves.flatMap(({ fromHostId, from, toHostId, to }) => [
        ...(hosts.has(fromHostId) ? [from] : []),
        ...(hosts.has(toHostId) ? [to] : []),
      ]),
    ),
  ];
  return shared.length > 0
    ? `after wave ${number - 1}, which moves VMs of ${few(shared)} too: limits and rules hold with each VM counted on both its hosts`
    : `after wave ${number - 1}: limits and rules hold with each VM counted on both its hosts`;
}
