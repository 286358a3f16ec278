import assert from "node:assert/strict";
import { openDevice, selfTest, type Device, type ForestEvaluation } from "../../../engine/compute";

/** The plain device, with its scores spoilt. */
async function spoilt(spoil: (scores: Float32Array) => Float32Array): Promise<Device> {
  const { device } = await openDevice("plain");
  return { ...device, scoreMoves: async (input) => spoil(await device.scoreMoves(input)) };
}

describe("self-test of a device", () => {
  for (const name of ["plain", "cpu", "webasm"] as const) {
    it(`is passed by ${name}`, async () => {
      const { device } = await openDevice(name);
      assert.equal(await selfTest(device), undefined);
      await device.dispose();
    });
  }

  it("finds one score that is off by one, and names the VM and the host", async () => {
    const device = await spoilt((scores) => scores.map((score, i) => (i === 100 ? score + 1 : score)));
    assert.match(
      (await selfTest(device))!,
      /^wrong on 257 VMs × 17 hosts .*: VM 5 on host 15 scores \d+ instead of \d+$/,
    );
  });

  it("finds rounding to 16-bit floats' 11 bits", async () => {
    const round = (score: number) => {
      const unit = 2 ** Math.max(0, Math.floor(Math.log2(score || 1)) - 10);
      return Math.round(score / unit) * unit;
    };
    assert.match((await selfTest(await spoilt((scores) => scores.map(round))))!, /^wrong on /);
  });

  it("finds NaN, missing scores and an empty answer", async () => {
    assert.match((await selfTest(await spoilt((scores) => scores.fill(NaN))))!, /scores NaN instead of/);
    assert.match((await selfTest(await spoilt((scores) => scores.slice(1))))!, /0 scores instead of 1/);
  });

  it("finds a forest's sum that is off by one, and names the row and the model", async () => {
    const { device: plain } = await openDevice("plain");
    const spoil = (sums: Int32Array) => sums.map((sum, i) => (i === 70 ? sum - 1 : sum));
    const device = {
      ...plain,
      evaluateForest: async (job: ForestEvaluation) => spoil(await plain.evaluateForest(job)),
    };
    assert.match(
      (await selfTest(device))!,
      /^wrong on 63 rows × 10 trees: row 7 of model 1 is -?\d+ instead of -?\d+$/,
    );
  });

  it("turns an error of the device into the failure", async () => {
    const device = await spoilt(() => {
      throw new Error("device lost");
    });
    assert.match((await selfTest(device))!, /^failed on 1 VMs × 1 hosts .*: device lost$/);
  });

  it("stops when aborted", async () => {
    const { device } = await openDevice("plain");
    await assert.rejects(selfTest(device, AbortSignal.abort(new Error("enough"))), /enough/);
  });
});
