import assert from "node:assert/strict";
import {
  PairPredictor,
  SHARED_PARTS,
  correlateHosts,
  fitPairModel,
  parsePairModel,
  placesOf,
  selectEvents,
  sharedParts,
  sharedPartsMatrix,
} from "../../../../engine/models/failure";
import { PAIR_FEATURES, PairFeatures } from "../../../../engine/models/failure/correlation/features";
import { followers, pairRows } from "../../../../engine/models/failure/correlation/rows";
import { averagePrecision } from "../../../../engine/models/learning";
import { type Host, hostSchema } from "../../../../engine/snapshot";
import { DAY, burstyLog } from "./logs";

const hostOf = (id: string, more: Partial<Host> = {}): Host =>
  hostSchema.parse({
    ...{ id, name: `${id}.example.com`, cluster: "c-1", connection: "connected", power: "poweredOn" },
    ...{ maintenance: false, cpuMhz: 1e4, cores: 8, threads: 16, memoryMb: 1e5, ...more },
  });
const rack = (name: string) => ({ tags: [{ category: "Rack", name }] });

describe("hosts that fail together", () => {
  const hosts = [hostOf("esx-1", rack("A")), hostOf("esx-2", rack("A")), hostOf("esx-3", rack("B"))];
  const own = Float64Array.of(0.02, 0.02, 0.02);
  const restart = (host: string, at: number) => ({
    ...{ host, kind: "haRestart" as const, at, until: null, cause: "unknown" as const },
  });

  it("without history: by shared parts, and it says so", () => {
    const { model, joint } = correlateHosts(hosts, own, [], 1000 * DAY);
    assert.equal(model, "shared parts");
    assert.ok(joint[1] > joint[2] && Math.abs(joint[2] - 0.0004) < 1e-12);
    assert.deepEqual(sharedParts(hosts[0], hosts[1]), ["rack"]);
    const follows = SHARED_PARTS.find(({ name }) => name === "rack")!.follows;
    assert.ok(Math.abs(sharedPartsMatrix(hosts)[1] - follows) < 1e-12);
  });

  it("several shared parts add to each other; attributes count as tags do", () => {
    const more = { ...rack("A"), attributes: { "Blade chassis": "7" } };
    const matrix = sharedPartsMatrix([hostOf("a", more), hostOf("b", more)]);
    assert.ok(Math.abs(matrix[1] - (1 - 0.92 * 0.8)) < 1e-12);
  });

  it("with counted failures: those that failed together do so sooner than shared parts alone let expect", () => {
    const times = [1, 2, 3, 4].map((week) => week * 7 * DAY);
    const events = times.flatMap((at) => [restart("esx-1", at), restart("esx-3", at)]);
    const { model, joint } = correlateHosts(hosts, own, events, 1000 * DAY);
    assert.equal(model, "counted failures over shared parts");
    assert.ok(joint[2] > 3 * joint[1]);
  });

  it("knows nothing of events after the time asked for", () => {
    const late = [restart("esx-1", 2000 * DAY), restart("esx-3", 2000 * DAY)];
    assert.equal(correlateHosts(hosts, own, late, 1000 * DAY).model, "shared parts");
  });

  it("places hosts by chassis, rack or cluster, numbered by their names", () => {
    const [place] = placesOf([hostOf("esx-012", rack("A"))]);
    assert.deepEqual(place, { id: "esx-012", site: "c-1", group: "c-1/A", number: 12 });
    assert.equal(placesOf([hostOf("esx-1")])[0].group, "c-1");
  });
});

describe("the model of pairs", () => {
  const log = selectEvents(burstyLog(1, 700), true);
  const cut = 500 * DAY;
  const fit = (events: number) =>
    fitPairModel(log, { windowSeconds: 3600, from: 30 * DAY, until: cut, seed: 1, events });
  const model = fit(350)!;

  it("ranks followers above what past shares alone do, on failures it has not seen", () => {
    assert.ok(model.skill!.value > model.skill!.baseline.value);
    const predictor = new PairPredictor(model, log);
    const followed = new Uint8Array(log.places.length);
    const scores: number[] = [];
    const outcomes: number[] = [];
    log.at.forEach((at, k) => {
      if (at < cut || at > 690 * DAY) return;
      const p = predictor.after(k);
      followers(log, k, 3600, followed);
      p.forEach((value, j) => {
        if (j === log.host[k]) return;
        scores.push(value);
        outcomes.push(followed[j]);
      });
    });
    const rate = outcomes.reduce((sum, y) => sum + y, 0) / outcomes.length;
    assert.ok(averagePrecision(scores, outcomes) > 4 * rate);
    const mean = scores.reduce((sum, p) => sum + p, 0) / scores.length;
    assert.ok(mean > 0.7 * rate && mean < 1.4 * rate, `mean ${mean}, rate ${rate}`);
  });

  it("is the same for the same seed, survives JSON, and a damaged file is refused", () => {
    assert.equal(JSON.stringify(fit(80)), JSON.stringify(fit(80)));
    assert.deepEqual(parsePairModel(JSON.parse(JSON.stringify(model))), model);
    assert.throws(() => parsePairModel({ ...model, windowSeconds: -1 }), { code: "MODEL_INVALID" });
  });

  it("says why: what speaks most for a host adds to its log odds", () => {
    const predictor = new PairPredictor(model, log);
    predictor.after(log.at.length - 1);
    const reasons = predictor.explain(0);
    assert.equal(reasons.length, 3);
    assert.ok(reasons.every(({ feature, logOdds }) => PAIR_FEATURES.includes(feature) && Number.isFinite(logOdds)));
  });

  it("learns nothing from too few failures", () => {
    assert.equal(fitPairModel(log, { windowSeconds: 3600, from: 0, until: 20 * DAY, seed: 1 }), null);
  });

  it("its features know only what had happened: later events change nothing", () => {
    const k = Math.floor(log.at.length / 2);
    const short = {
      ...log,
      at: log.at.slice(0, k + 1),
      host: log.host.slice(0, k + 1),
      until: log.until.slice(0, k + 1),
    };
    const [whole, before] = [log, short].map((events) => {
      const features = new PairFeatures(events, 3600);
      features.advance(k);
      const rows = new Float32Array(log.places.length * PAIR_FEATURES.length);
      features.write(rows);
      return rows;
    });
    assert.deepEqual(whole, before);
  });

  it("kept rows weigh for those left out", () => {
    const rows = pairRows(log, [200, 201], 3600, { positives: 1, negatives: 0.5, seed: 3 });
    rows.targets.forEach((y, i) => assert.equal(rows.weights[i], y ? 1 : 2));
  });
});
