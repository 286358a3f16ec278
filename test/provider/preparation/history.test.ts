import assert from "node:assert/strict";
import { appendFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { historyOf } from "../../../provider/preparation/history";
import { temporaryFolder } from "../../testbed";

describe("the history of requests", () => {
  const row = (start: number) => `${JSON.stringify({ start, user: "anna", application: "backup" })}\n`;
  let requests: string;
  beforeEach(async () => {
    requests = join(await temporaryFolder(), "requests.ndjson");
    await writeFile(requests, row(1));
  });

  it("is read once while its file stays as it is, whoever asks", async () => {
    const [one, two] = await Promise.all([historyOf({ requests }), historyOf({ requests })]);
    assert.equal(one, two);
    assert.equal(await historyOf({ requests }), one);
  });

  it("is read again when a request was appended, or written over in place", async () => {
    assert.equal((await historyOf({ requests })).length, 1);
    await appendFile(requests, row(2));
    assert.deepEqual(
      (await historyOf({ requests })).map(({ start }) => start),
      [1, 2],
    );
    await writeFile(requests, row(3) + row(4));
    await utimes(requests, 1, 1);
    assert.deepEqual(
      (await historyOf({ requests })).map(({ start }) => start),
      [3, 4],
    );
  });

  it("says each time what is wrong with it, and serves as soon as it is right", async () => {
    await writeFile(requests, "{");
    for (let i = 0; i < 2; i++) await assert.rejects(historyOf({ requests }), { code: "RECORDS_UNREADABLE" });
    await writeFile(requests, row(5));
    assert.equal((await historyOf({ requests }))[0].start, 5);
    await assert.rejects(historyOf({ requests: `${requests}.none` }), { code: "RECORDS_UNREADABLE" });
    await assert.rejects(historyOf({}), { code: "PREPARATION_HISTORY_MISSING" });
  });
});
