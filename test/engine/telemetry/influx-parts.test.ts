import assert from "node:assert/strict";
import fc from "fast-check";
import { TooMuchAsked } from "../../../engine/telemetry/influx-errors";
import { type Part, Parts } from "../../../engine/telemetry/influx-parts";

const names = (n: number) => Array.from({ length: n }, (_, i) => `vm-${i}`);
const tooMuch = (less: TooMuchAsked["less"], timedOut = false) =>
  new TooMuchAsked({ code: "TELEMETRY_QUERY_FAILED", message: "too much" }, less, timedOut);

describe("parts of a reading", () => {
  it("cover the whole once, however little the server gives at a time", async () => {
    const sizes = fc.record({
      entities: fc.integer({ min: 1, max: 40 }),
      grains: fc.integer({ min: 1, max: 40 }),
      most: fc.integer({ min: 1, max: 200 }),
      limit: fc.constantFrom("points", "series", "buckets"),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ entities, grains, most, limit }) => {
        const whole = { entities: names(entities), from: 600, to: 600 + grains * 60 };
        const seen = new Map<string, number>();
        await new Parts(25, 30 * 60, 60).ask(whole, ({ entities: some, from, to }) => {
          const cells = { points: some.length * ((to - from) / 60), series: some.length, buckets: (to - from) / 60 };
          if (cells[limit] > most) {
            const less = { points: "either", series: "entities", buckets: "time" } as const;
            return Promise.reject(tooMuch(less[limit]));
          }
          for (const entity of some) {
            for (let at = from; at < to; at += 60) seen.set(`${entity} ${at}`, (seen.get(`${entity} ${at}`) ?? 0) + 1);
          }
          return Promise.resolve();
        });
        assert.equal(seen.size, entities * grains);
        assert.ok([...seen.values()].every((times) => times === 1));
      }),
    );
  });

  it("stay small once the server refused large ones", async () => {
    const parts = new Parts(16, 60, 60);
    const asked: number[] = [];
    const query = ({ entities }: Part) => {
      asked.push(entities.length);
      return entities.length > 4 ? Promise.reject(tooMuch("either")) : Promise.resolve();
    };
    await parts.ask({ entities: names(16), from: 0, to: 60 }, query);
    asked.length = 0;
    await parts.ask({ entities: names(16), from: 0, to: 60 }, query);
    assert.deepEqual(asked, [4, 4, 4, 4]);
  });

  it("give up where nothing smaller is left", async () => {
    for (const less of ["entities", "time", "either"] as const) {
      let asked = 0;
      const query = () => {
        asked++;
        return Promise.reject(tooMuch(less));
      };
      await assert.rejects(new Parts(4, 240, 60).ask({ entities: names(4), from: 0, to: 240 }, query), /too much/);
      assert.ok(asked <= 5, `${asked}`);
    }
  });

  it("are halved twice after a time limit, and no further", async () => {
    const asked: number[] = [];
    const query = ({ entities }: Part) => {
      asked.push(entities.length);
      return Promise.reject(tooMuch("either", true));
    };
    await assert.rejects(new Parts(64, 60, 60).ask({ entities: names(64), from: 0, to: 60 }, query), /too much/);
    assert.deepEqual(asked, [64, 32, 16]);
  });

  it("pass on every other error at once", async () => {
    const query = () => Promise.reject(new Error("refused"));
    await assert.rejects(new Parts(1, 60, 60).ask({ entities: names(4), from: 0, to: 60 }, query), /refused/);
  });
});
