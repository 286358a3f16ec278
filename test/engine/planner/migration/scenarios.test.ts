import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { openPlainDevice } from "../../../../engine/compute/devices/plain";
import { planPlacement } from "../../../../engine/planner";
import type { MigrationPlan } from "../../../../engine/planner/migration";
import { makeWorld, type WorldSpec } from "../world";
import { outcome, replay } from "./replay";
import { wayTo } from "./targets";

/** What a plan of migration is to be. A move is written `vm to host`. */
interface Expected {
  waves?: string[][];
  waveSizes?: number[];
  lastWave?: string[];
  moves?: number;
  /** Moves to a host on the way. */
  stops?: number;
  /** VM to a part of why. */
  unreachable?: Record<string, string>;
  stunned?: Record<string, boolean>;
  startsAfter?: Record<string, number>;
  streams?: number;
  /** The most moves in flight at one instant. */
  atOnce?: number;
  downtimeAtMost?: number;
  makespanAtMost?: number;
}

interface Scenario extends WorldSpec {
  title: string;
  /** VM to host; without any, the targets are those of the plan for the request. */
  targets?: Record<string, string>;
  datastoreTargets?: Record<string, string>;
  /** Null: nothing moves. */
  migration: Expected | null;
}

const FOLDER = resolve(__dirname, "../../../../../test/scenarios/migration");

function compare(plan: MigrationPlan, expected: Expected): void {
  const waves = plan.waves.map(({ moves }) => moves.map(({ vm, to }) => `${vm} to ${to}`).sort());
  const moves = plan.waves.flatMap((wave) => wave.moves);
  const of = (vm: string) =>
    moves.find((move) => move.vm === vm && !move.temporary) ?? assert.fail(`${vm} doesn't move`);
  if (expected.waves)
    assert.deepEqual(
      waves,
      expected.waves.map((wave) => [...wave].sort()),
    );
  if (expected.waveSizes)
    assert.deepEqual(
      waves.map(({ length }) => length),
      expected.waveSizes,
    );
  if (expected.lastWave) assert.deepEqual(waves.at(-1), expected.lastWave);
  if (expected.moves !== undefined) assert.equal(moves.length, expected.moves);
  if (expected.stops !== undefined) assert.equal(moves.filter(({ temporary }) => temporary).length, expected.stops);
  const unreachable = Object.fromEntries(plan.unreachable.map(({ vm, because }) => [vm, because]));
  assert.deepEqual(Object.keys(unreachable).sort(), Object.keys(expected.unreachable ?? {}).sort());
  for (const [vm, part] of Object.entries(expected.unreachable ?? {}))
    assert.ok(unreachable[vm].includes(part), unreachable[vm]);
  for (const [vm, stunned] of Object.entries(expected.stunned ?? {})) assert.equal(of(vm).stunned, stunned, vm);
  for (const [vm, seconds] of Object.entries(expected.startsAfter ?? {}))
    assert.equal(of(vm).startsAfterSeconds, seconds, vm);
  for (const move of moves) {
    if (expected.streams !== undefined) assert.equal(move.streams, expected.streams);
    if (expected.downtimeAtMost !== undefined)
      assert.ok(move.downtimeMs <= expected.downtimeAtMost, `${move.downtimeMs} ms`);
  }
  if (expected.atOnce !== undefined) {
    const flying = (at: number) =>
      moves.filter(
        (move) => move.startsAfterSeconds <= at && at < move.startsAfterSeconds + move.durationSeconds - 0.05,
      ).length;
    assert.equal(Math.max(...moves.map((move) => flying(move.startsAfterSeconds))), expected.atOnce);
  }
  if (expected.makespanAtMost !== undefined)
    assert.ok(plan.makespanSeconds <= expected.makespanAtMost, `${plan.makespanSeconds} s`);
}

describe("migration scenarios", () => {
  for (const file of readdirSync(FOLDER).sort()) {
    const scenario = parse(readFileSync(join(FOLDER, file), "utf8")) as Scenario;
    it(`${file}: ${scenario.title}`, async () => {
      const world = makeWorld(scenario);
      const { snapshot, request, assessment } = world;
      const plan = scenario.targets
        ? wayTo(world, scenario.targets, scenario.datastoreTargets)
        : (await planPlacement(request, snapshot, snapshot.clusters[0], assessment, { device: openPlainDevice() }))
            .migration;
      if (scenario.migration === null) return assert.equal(plan, undefined);
      assert.ok(plan, "nothing moves");
      assert.deepEqual(replay(snapshot, request, plan), []);
      compare(plan, scenario.migration);
      const after = outcome(snapshot, plan);
      for (const [vm, host] of Object.entries(scenario.targets ?? {})) {
        if (!(vm in (scenario.migration.unreachable ?? {}))) assert.equal(after.get(vm), host);
      }
    });
  }
});
