import assert from "node:assert/strict";
import { knownInputs, parseInputs, requestOf, UNKNOWN } from "../../../provider/placement/inputs";

const vm = (name: unknown, vcpus: unknown = 2) => ({ name, vcpus, memoryMb: 1024 });
const instant = { asOf: 1_700_000_000, keep: {}, reservations: [] };

describe("placement inputs", () => {
  it("knows Pulumi's mark for what is not known yet", async () => {
    const { unknownValue } = (await import("@pulumi/pulumi/runtime/rpc.js")) as { unknownValue: string };
    assert.equal(UNKNOWN, unknownValue);
  });

  it("leaves out what is not known and names it", () => {
    const inputs = {
      owner: "o",
      cluster: "c",
      virtualMachines: [vm("a"), vm("b", UNKNOWN), vm("d")],
      groups: [
        { name: "both", kind: "apart", members: ["a", "b"] },
        { name: "three", kind: "apart", members: ["a", "b", "d"] },
      ],
    };
    const known = knownInputs(inputs);
    assert.deepEqual(known.unknown, ["virtualMachines[1]"]);
    assert.deepEqual(known.inputs?.virtualMachines, [vm("a"), vm("d")]);
    assert.deepEqual(known.inputs?.groups, [{ name: "three", kind: "apart", members: ["a", "d"] }]);
  });

  it("leaves VMs that are not known out of rules and relations", () => {
    const inputs = {
      owner: "o",
      cluster: "c",
      virtualMachines: [vm("a"), vm("b", UNKNOWN), vm("d")],
      groups: [{ name: "wide", kind: "spread", members: ["a", "b", "d"], minDomains: 3 }],
      rules: {
        licences: [
          { name: "both", virtualMachines: ["a", "b"], maxHosts: 1 },
          { name: "gone", virtualMachines: ["b"], maxHosts: 1 },
          { name: "tagged", virtualMachines: ["b"], vmTag: { category: "c", name: "n" }, maxHosts: 1 },
        ],
        dependencies: [{ name: "near", virtualMachines: ["a"], on: ["b"] }],
      },
      relations: {
        affinities: [
          { virtualMachines: ["a", "b"], score: -0.5 },
          { virtualMachines: ["a", "d"], score: -0.5 },
        ],
        traffic: [{ between: ["a", "b"], kilobytesPerSecond: 5 }],
      },
    };
    const { inputs: known } = knownInputs(inputs);
    assert.deepEqual(known?.groups, [{ name: "wide", kind: "spread", members: ["a", "d"], minDomains: 2 }]);
    assert.deepEqual(known?.rules, {
      licences: [
        { name: "both", virtualMachines: ["a"], maxHosts: 1 },
        { name: "tagged", virtualMachines: [], vmTag: { category: "c", name: "n" }, maxHosts: 1 },
      ],
      dependencies: [],
    });
    assert.deepEqual(known?.relations, { affinities: [{ virtualMachines: ["a", "d"], score: -0.5 }], traffic: [] });
    const request = requestOf(parseInputs(known!), {}, instant);
    assert.deepEqual(
      request.rules.licences.map(({ name }) => name),
      ["both", "tagged"],
    );
    assert.equal(request.relations.affinities[0].score, -0.5);
  });

  it("does not plan for a cluster that is not known", () => {
    assert.deepEqual(knownInputs({ owner: "o", cluster: UNKNOWN }), { inputs: null, unknown: ["cluster"] });
  });

  it("lists every problem at once, with its path", () => {
    assert.throws(
      () => parseInputs({ owner: "o", cluster: "", virtualMachines: [vm("a", 0), { ...vm("b"), memory: 5 }] }),
      (error: { code: string; problems: { path: string }[] }) => {
        assert.equal(error.code, "PLACEMENT_INVALID");
        assert.deepEqual(error.problems.map((problem) => problem.path).sort(), [
          "cluster",
          "virtualMachines[0].vcpus",
          "virtualMachines[1]",
        ]);
        return true;
      },
    );
  });

  it("lets the placement's settings go before the stack's, and refuses unknown ones by name", () => {
    const inputs = parseInputs({ owner: "o", cluster: "c", settings: { seed: 7 } });
    const { config } = requestOf(inputs, { seed: 3, horizonHours: 12 }, instant);
    assert.equal(config.seed, 7);
    assert.equal(config.horizonHours, 12);
    const weighed = parseInputs({ owner: "o", cluster: "c", settings: { weights: { balance: 4 } } });
    const { weights } = requestOf(weighed, { weights: { hostRisk: 9 } }, instant).config;
    assert.deepEqual([weights.balance, weights.hostRisk], [4, 9], "each weight stands for itself");
    const wrong = parseInputs({ owner: "o", cluster: "c", settings: { horizon: 12 } });
    assert.throws(() => requestOf(wrong, {}, instant), /PLACEMENT_INVALID|not valid/);
  });
});
