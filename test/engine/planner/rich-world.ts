import fc from "fast-check";
import type { VmSpec, WorldSpec } from "./world";

/**
 * Clusters with every kind of rule, relation and model of pairs, and every objective weighed: small, so that a rule and
 * what it forbids often meet.
 */
const zones = fc.constantFrom("north", "south", "east");

const hostOf = (i: number) =>
  fc.record({
    name: fc.constant(`esx-${i}`),
    cores: fc.constantFrom(16, 32),
    memoryGb: fc.constantFrom(64, 128),
    failure: fc.constantFrom(0.001, 0.01, 0.3),
    labels: fc.record({ zone: zones }).chain((labels) => fc.constantFrom(labels, { ...labels, trust: "pci" })),
  });

const vmOf = (name: string, hosts: number, running: boolean): fc.Arbitrary<VmSpec> =>
  fc.record({
    name: fc.constant(name),
    vcpus: fc.constantFrom(1, 2, 4),
    memoryGb: fc.constantFrom(1, 4, 8, 16),
    cpuMhz: fc.array(fc.integer({ min: 0, max: 15_000 }), { minLength: 4, maxLength: 4 }),
    cpuDeviation: fc.integer({ min: 0, max: 2000 }),
    labels: fc.constantFrom<Record<string, string>>({}, {}, { trust: "pci" }, { software: "oracle" }),
    ...(running ? { on: fc.integer({ min: 0, max: hosts - 1 }).map((h) => `esx-${h}`) } : {}),
  });

export const richWorld: fc.Arbitrary<WorldSpec> = fc
  .record({
    hosts: fc.integer({ min: 3, max: 6 }),
    running: fc.integer({ min: 0, max: 12 }),
    wanted: fc.integer({ min: 3, max: 6 }),
  })
  .chain(({ hosts, running, wanted }) => {
    const old = Array.from({ length: running }, (_, i) => `old-${i}`);
    const fresh = Array.from({ length: wanted }, (_, i) => `new-${i}`);
    const vms = [...old, ...fresh];
    const hostNames = Array.from({ length: hosts }, (_, i) => `esx-${i}`);
    const some = (from: readonly string[], least: number, most: number) =>
      fc.uniqueArray(fc.constantFrom(...from), { minLength: least, maxLength: most });
    const over = fc.constantFrom("host", { tagCategory: "zone" });
    const strength = { mandatory: fc.boolean(), weight: fc.constantFrom(0.5, 1, 3) };
    const few = <T extends object>(item: fc.Arbitrary<T>) =>
      fc
        .array(item, { maxLength: 2 })
        .map((list) => list.map((rule, i): T & { name: string } => ({ ...rule, name: `rule-${i}` })));
    const pair = fc.uniqueArray(fc.constantFrom(...vms), { minLength: 2, maxLength: 2 });
    const vector = fc.array(fc.double({ min: 0, max: 0.4, noNaN: true }), { minLength: 2, maxLength: 2 });
    const servedBy = (all: readonly string[], on: readonly string[]) =>
      fc.record({
        backup: fc.record({
          vms: some(all, 1, 4),
          on: fc.dictionary(fc.constantFrom(...on), fc.double({ min: 0.1, max: 4, noNaN: true })),
        }),
      });
    const joint = fc.tuple(some(hostNames, 2, 2), fc.constantFrom(0.0005, 0.01, 0.2));
    return fc.record({
      hosts: fc.tuple(...hostNames.map((_, i) => hostOf(i))),
      vms: fc.tuple(...old.map((name) => vmOf(name, hosts, true))),
      correlated: fc.option(
        fc.array(joint, { maxLength: 3 }).map((list) => list.map(([[a, b], p]) => [a, b, p])),
        { nil: undefined },
      ),
      interference: fc.option(fc.dictionary(fc.constantFrom(...vms), fc.record({ suffers: vector, causes: vector })), {
        nil: undefined,
      }),
      traffic: fc.option(
        fc
          .array(fc.tuple(pair, fc.integer({ min: 1, max: 400_000 })), { maxLength: 6 })
          .map((list) => list.map(([[a, b], rate]) => [a, b, rate])),
        { nil: undefined },
      ),
      served: fc.option(
        fc.record({
          hostPreference: servedBy(vms, hostNames),
          classAffinity: servedBy(vms, hostNames),
        }),
        { nil: undefined },
      ),
      request: fc.record({
        virtualMachines: fc.tuple(...fresh.map((name) => vmOf(name, hosts, false))),
        include: fc.constantFrom("none", "all"),
        groups: few(
          fc
            .record({ members: some(vms, 2, 4), over, ...strength })
            .chain((group) =>
              fc.constantFrom<object>(
                { ...group, kind: "spread", minDomains: 2 },
                { ...group, kind: "spread", maxPerDomain: 2 },
                { ...group, kind: "apart" },
                { ...group, kind: "together" },
              ),
            ),
        ),
        rules: fc.record({
          hosts: few(
            fc.record({
              kind: fc.constantFrom("on", "off"),
              virtualMachines: some(vms, 1, 3),
              hosts: some(hostNames, 1, 2),
              ...strength,
            }),
          ),
          licences: few(
            fc.record({
              vmTag: fc.constant({ category: "software", name: "oracle" }),
              hosts: some(hostNames, 0, 3),
              maxHosts: fc.constantFrom(1, 2),
              ...strength,
            }),
          ),
          compliance: fc.array(fc.record({ tagCategory: fc.constant("trust"), exclusive: fc.boolean(), ...strength }), {
            maxLength: 1,
          }),
          dependencies: few(fc.record({ virtualMachines: some(vms, 1, 2), on: some(vms, 1, 2), over, ...strength })),
        }),
        relations: fc.record({
          affinities: fc.array(
            fc.record({ virtualMachines: pair, score: fc.double({ min: -0.5, max: 0.5, noNaN: true }) }),
            { maxLength: 3 },
          ),
          traffic: fc.array(fc.record({ between: pair, kilobytesPerSecond: fc.integer({ min: 1, max: 900_000 }) }), {
            maxLength: 3,
          }),
        }),
        config: fc.record({
          maxMoves: fc.integer({ min: 0, max: 8 }),
          seed: fc.integer({ min: 0, max: 5 }),
          weights: fc.constant({ headroom: 2, power: 1, moveCost: 0.05, classAffinity: 20 }),
        }),
      }),
    }) as unknown as fc.Arbitrary<WorldSpec>;
  })
  .map((world) => ({
    ...world,
    // A zone or a tag that a rule names must be there.
    hosts: world.hosts.map((host, i) => (i === 0 ? { ...host, labels: { zone: "north", trust: "pci" } } : host)),
    request: {
      ...world.request,
      config: { ...(world.request.config as object), zoneCategory: "zone" },
    },
  }));
