import type { Guard, Relocation } from "./guard";

/**
 * [wave] whether it counts on what the waves before it do: with every VM that was to move before counted on both its hosts,
 * as if each of those moves might still fail, some hard constraint would refuse one of its own. A wave for which it is false
 * keeps every constraint whatever became of the others.
 */
export function dependentWaves(waves: readonly (readonly Relocation[])[], guardNow: () => Guard): boolean[] {
  if (waves.length < 2) return waves.map(() => false);
  const guard = guardNow();
  const moved = new Set<number>();
  return waves.map((wave, w) => {
    let refused = false;
    for (const { unit, to } of wave) {
      // The second half of a detour.
      refused ||= moved.has(unit) || (w > 0 && !guard.fits(unit, to, false));
      moved.add(unit);
      guard.start(unit, to);
    }
    return refused;
  });
}
