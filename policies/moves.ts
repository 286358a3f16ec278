import type { PolicyResource } from "@pulumi/policy";
import { PLACEMENT, readPlacement } from "./placement";
import { known, orUndefined, type Resource } from "./read";
import { MIGRATION_SCHEDULE, readSchedule } from "./schedule";

/** A move of a VM that runs already, planned by a resource of the stack. */
export interface PlannedMove {
  readonly vm: string;
  readonly to: string;
  /** The resource that plans it. */
  readonly urn: string;
}

/** Moves that a `Placement` makes or advises, or that a `MigrationSchedule` has in a wave. */
export function movesOf(resource: Resource): PlannedMove[] {
  const { urn } = resource;
  if (resource.type === PLACEMENT) {
    const { placements, moves } = readPlacement(resource);
    const own = known(placements).filter(({ action }) => action === "move");
    return [
      ...own.map(({ vm, host }) => ({ vm, to: host, urn })),
      ...known(moves).map(({ vm, to }) => ({ vm, to, urn })),
    ];
  }
  if (resource.type !== MIGRATION_SCHEDULE) return [];
  const waves = orUndefined(readSchedule(resource).waves) ?? [];
  return waves.flatMap(({ moves }) => moves.map(({ vm, to }) => ({ vm, to, urn })));
}

export const allMoves = (resources: readonly PolicyResource[]): PlannedMove[] => resources.flatMap(movesOf);
