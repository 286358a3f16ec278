import { AffinityError } from "../../engine/errors";
import { Declarations } from "../../engine/journal";
import type { Settings } from "../settings";
import { withWorld } from "../world";
import { parseInputs, type PlannedSchedule } from "./inputs";
import { planSchedule } from "./plan";

const KIND = "MigrationSchedule";

/**
 * A declared schedule as its next run would plan it; nothing is moved.
 * @param name project/stack/name, or the name alone where only one schedule has it
 * @param now epoch seconds
 * @throws AffinityError SUBJECT_NOT_FOUND where the journal has no such schedule for this vCenter, or several
 */
export function planDeclaredSchedule(
  settings: Settings,
  name: string,
  now: number,
): Promise<{ owner: string; planned: PlannedSchedule }> {
  return withWorld(settings, async (world) => {
    const declared = await new Declarations(settings.journal).of(world.snapshot.source.name);
    const owners = declared.filter(({ kind }) => kind === KIND);
    const named = owners.filter(({ owner }) => owner === name || owner.endsWith(`/${name}`));
    if (named.length !== 1) throw notOne(settings.journal, name, (named.length > 1 ? named : owners).map(ownerOf));
    const [{ owner, state }] = named;
    return { owner, planned: await planSchedule(parseInputs(state), settings, world, now) };
  });
}

const ownerOf = ({ owner }: { readonly owner: string }): string => owner;

function notOne(journal: string, name: string, others: readonly string[]): AffinityError {
  const several = others.filter((owner) => owner.endsWith(`/${name}`)).length > 1;
  return new AffinityError({
    code: "SUBJECT_NOT_FOUND",
    message: `the journal "${journal}" has ${several ? "several MigrationSchedules" : "no MigrationSchedule"} "${name}" of this vCenter`,
    hint:
      others.length > 0
        ? `there is ${others.join(", ")}`
        : "a `pulumi up` of its program declares one: give that stack's journal",
  });
}
