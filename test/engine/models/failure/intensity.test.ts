import assert from "node:assert/strict";
import { type HostEvent, hostEventLog } from "../../../../engine/models/failure";
import { HOST_FEATURES, HostFeatures } from "../../../../engine/models/failure/host/features";
import {
  fitIntensity,
  intensityContributions,
  intensityScores,
} from "../../../../engine/models/failure/host/intensity";
import { hostRows } from "../../../../engine/models/failure/host/rows";
import { sigmoid } from "../../../../engine/models/learning";
import { createRandom } from "../../../../engine/random";
import { DAY, placesOfRacks } from "./logs";

/** Failures of memory bring another within days four times in five, those of processors never. */
function recurringLog(days: number) {
  const random = createRandom(1, "recurring");
  const places = placesOfRacks(4, 10);
  const events: HostEvent[] = [];
  for (let day = 0; day < days; day++)
    places.forEach(({ id }) => {
      if (random.uniform() >= 0.01) return;
      const cause = random.uniform() < 0.5 ? ("memory" as const) : ("processor" as const);
      let at = (day + random.uniform()) * DAY;
      events.push({ host: id, kind: "failure", at, until: at + 3600, cause });
      while (cause === "memory" && random.uniform() < 0.8) {
        at -= 2 * DAY * Math.log(1 - random.uniform());
        events.push({ host: id, kind: "failure", at, until: at + 3600, cause });
      }
    });
  return hostEventLog(places, events);
}

const instantsOf = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => (from + i) * DAY);

describe("the rate of a host's failures", () => {
  const log = recurringLog(500);
  const train = hostRows(log, instantsOf(60, 350), DAY);
  const intensity = fitIntensity(train);

  it("foresees as many failures as there were, later ones too", () => {
    for (const [rows, tolerance] of [
      [train, 0.02],
      [hostRows(log, instantsOf(360, 490), DAY), 0.15],
    ] as const) {
      const expected = intensityScores(intensity, rows.features).reduce((sum, score) => sum + sigmoid(score), 0);
      const seen = rows.targets.reduce((sum, y) => sum + y, 0);
      assert.ok(Math.abs(expected / seen - 1) < tolerance, `${expected} foreseen, ${seen} seen`);
    }
  });

  it("learns which cause comes back, and says so", () => {
    const probe = (cause: HostEvent["cause"]) => {
      const events = [{ host: "h3", kind: "failure", at: 400 * DAY, until: 400 * DAY + 60, cause }];
      const features = new HostFeatures(hostEventLog(log.places, events));
      features.advance(401 * DAY);
      const values = new Float32Array(log.places.length * HOST_FEATURES.length);
      features.write(401 * DAY, values);
      const row = values.slice(3 * HOST_FEATURES.length, 4 * HOST_FEATURES.length);
      const [score] = intensityScores(intensity, { rows: 1, columns: HOST_FEATURES.length, values: row });
      return { p: sigmoid(score), moved: intensityContributions(intensity, row) };
    };
    const memory = probe("memory");
    const processor = probe("processor");
    assert.ok(memory.p > 2 * processor.p, `${memory.p} against ${processor.p}`);
    const strongest = HOST_FEATURES[memory.moved.indexOf(Math.max(...memory.moved))];
    assert.match(strongest, /^own memory failures/);
  });

  it("is never negative, and the same for the same rows", () => {
    assert.ok(intensity.weight.every((weight) => weight >= 0));
    assert.deepEqual(fitIntensity(train), intensity);
  });
});

describe("places in a group", () => {
  it("hosts in the same place of other groups fail alike: the host's own failures don't count, nor those elsewhere", () => {
    const places = placesOfRacks(3, 4);
    const fails = (row: number, times: number) =>
      Array.from({ length: times }, (_, i) => ({ host: `h${row}`, kind: "failure", at: (10 + i) * DAY }));
    const column = HOST_FEATURES.indexOf("rate in its place of other groups");
    const rateOf = (events: readonly unknown[]) => {
      const features = new HostFeatures(hostEventLog(places, events));
      features.advance(100 * DAY);
      const values = new Float32Array(places.length * HOST_FEATURES.length);
      features.write(100 * DAY, values);
      return places.map((_, row) => values[row * HOST_FEATURES.length + column]);
    };
    const rates = rateOf([...fails(0, 12), ...fails(5, 1)]);
    // h4 and h8 are the first of their racks, as h0 is; h9 stands where h5 does.
    assert.ok(rates[4] > 1 && rates[8] > 1);
    assert.ok(rates[0] < 0 && rates[9] < 0 && rates[2] < 0);
  });
});
