import assert from "node:assert/strict";
import * as fc from "fast-check";
import { redirectTraffic, type RedirectQuestion, type Target } from "../../../../engine/planner/proactive";

const target = (n: number, over: Partial<Target> = {}): Target => ({
  ...{ vm: `web-${n}`, address: `192.0.2.${n}`, risk: 0.001, running: true, gone: false },
  ...over,
});
const ask = (targets: Target[], over: Partial<RedirectQuestion> = {}) =>
  redirectTraffic({
    targets,
    addresses: targets.map(({ address }) => address),
    ...{ withdrawn: [], needed: 1, riskThreshold: 0.02 },
    ...over,
  });
const names = (list: readonly { vm: string }[]) => list.map(({ vm }) => vm);

type State = Pick<RedirectQuestion, "addresses" | "withdrawn">;
/** What is so when the answer has been carried out. */
function after(state: State, targets: Target[], needed: number): State {
  const { addresses, withdraw } = ask(targets, { ...state, needed });
  const still = state.withdrawn.filter((address) => !addresses.includes(address));
  return { addresses, withdrawn: [...still, ...withdraw.map(({ address }) => address)].sort() };
}

describe("redirection of traffic", () => {
  it("takes the addresses of VMs at risk away while healthy ones are left", () => {
    const { addresses, withdraw, kept } = ask([target(1, { risk: 0.3 }), target(2), target(3)]);
    assert.deepEqual([addresses, names(withdraw), kept], [["192.0.2.2", "192.0.2.3"], ["web-1"], []]);
  });

  it("leaves as many as are needed, and takes the riskiest away first", () => {
    const { withdraw, kept } = ask([target(1, { risk: 0.1 }), target(2, { risk: 0.4 }), target(3)], { needed: 2 });
    assert.deepEqual(names(withdraw), ["web-2"]);
    assert.deepEqual(kept, [{ vm: "web-1", because: "2 are needed" }]);
  });

  it("takes nothing away where no healthy VM is left", () => {
    const { withdraw, kept } = ask([target(1, { risk: 0.1 }), target(2, { risk: 0.4 })]);
    assert.deepEqual(withdraw, []);
    assert.deepEqual(
      kept.map(({ because }) => because),
      Array(2).fill("no healthy VM is left to send clients to"),
    );
    assert.deepEqual(ask([target(1, { risk: 0.4 }), target(2, { running: false })]).withdraw, []);
  });

  it("gives back what it took when the risk is well over, and not before", () => {
    const away = { addresses: ["192.0.2.2"], withdrawn: ["192.0.2.1"] };
    assert.deepEqual(names(ask([target(1, { risk: 0.015 }), target(2)], away).restore), []);
    assert.deepEqual(names(ask([target(1, { risk: 0.009 }), target(2)], away).restore), ["web-1"]);
    assert.deepEqual(names(ask([target(1, { gone: true }), target(2)], away).restore), []);
  });

  it("gives back what it took where too few are left otherwise", () => {
    const away = { addresses: ["192.0.2.2"], withdrawn: ["192.0.2.1"], needed: 2 };
    assert.deepEqual(names(ask([target(1, { risk: 0.3 }), target(2)], away).restore), ["web-1"]);
  });

  it("leaves the addresses of others alone, and what others took away", () => {
    const { addresses, restore } = ask([target(1, { risk: 0.5 }), target(2), target(3)], {
      addresses: ["192.0.2.1", "192.0.2.2", "198.51.100.9"],
    });
    assert.deepEqual([addresses, restore], [["192.0.2.2", "198.51.100.9"], []]);
  });

  it("never leaves clients without a healthy VM that was there, nor fewer than needed, and comes to rest", () => {
    const anyTarget = (n: number) =>
      fc
        .record({
          risk: fc.constantFrom(0.001, 0.015, 0.1, 0.4),
          running: fc.boolean(),
          gone: fc.boolean(),
          state: fc.constantFrom("there", "ours", "absent"),
        })
        .map((draw) => ({ draw, target: target(n, draw) }));
    const anyWorld = fc
      .integer({ min: 1, max: 6 })
      .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => anyTarget(i + 1))));
    fc.assert(
      fc.property(anyWorld, fc.integer({ min: 1, max: 4 }), (drawn, needed) => {
        const targets = drawn.map((each) => each.target);
        const inState = (state: string) =>
          drawn.filter(({ draw }) => draw.state === state).map((each) => each.target.address);
        const [addresses, withdrawn] = [inState("there"), inState("ours")];
        const answer = ask(targets, { addresses, withdrawn, needed });
        const running = (list: readonly string[]) =>
          targets.filter(({ address, running: on }) => on && list.includes(address));
        if (answer.withdraw.length > 0) {
          if (answer.withdraw.some((each) => each.running)) assert.ok(running(answer.addresses).length >= needed);
          assert.ok(running(answer.addresses).some(({ risk }) => risk <= 0.02));
        }
        for (const { address, gone } of answer.restore) assert.ok(withdrawn.includes(address) && !gone);
        // With an address given back its VM is judged by the full threshold: a few runs later nothing changes any more.
        let state: State = { addresses, withdrawn };
        for (let run = 0; run < 4; run++) state = after(state, targets, needed);
        assert.deepEqual(after(state, targets, needed), state);
      }),
      { numRuns: 2000 },
    );
  });
});
