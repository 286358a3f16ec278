import assert from "node:assert/strict";
import { createVcenterInventory } from "../../../provider/vsphere";
import { HttpsClient } from "../../../provider/vsphere/https";
import { retrieveTags } from "../../../provider/vsphere/tagging";
import {
  type CannedVcenter,
  type Certificate,
  type Handler,
  json,
  makeCertificate,
  startCanned,
  status,
} from "./canned";

const ASSOCIATION = "POST /api/cis/tagging/tag-association?action=list-attached-objects-on-tags";

/** The newer API: bare JSON, under /api. */
const API: Record<string, Handler> = {
  "POST /api/session": status(201, '"token-1"'),
  "DELETE /api/session": status(204),
  "GET /api/cis/tagging/tag": json(["t1", "t2"]),
  "GET /api/cis/tagging/category": json(["c1"]),
  "GET /api/cis/tagging/category/c1": json({ id: "c1", name: "zone" }),
  "GET /api/cis/tagging/tag/t1": json({ id: "t1", name: "b", category_id: "c1" }),
  "GET /api/cis/tagging/tag/t2": json({ id: "t2", name: "a", category_id: "c1" }),
  [ASSOCIATION]: json([
    { tag_id: "t1", object_ids: [{ type: "HostSystem", id: "host-1" }] },
    { tag_id: "t2", object_ids: [{ type: "HostSystem", id: "host-1" }] },
  ]),
};

describe("vCenter tags", () => {
  let certificate: Certificate;
  let vcenter: CannedVcenter | undefined;
  before(async () => {
    certificate = await makeCertificate();
  });
  afterEach(async () => {
    await vcenter?.stop();
    vcenter = undefined;
  });
  const tags = async (handlers: Record<string, Handler>) => {
    vcenter = await startCanned(certificate, handlers);
    const https = new HttpsClient(vcenter.settings);
    return retrieveTags(https, vcenter.settings, undefined, 1).finally(() => https.close());
  };

  it("come from the newer API where there is one, in order, and its session is closed", async () => {
    assert.deepEqual(
      [...(await tags(API))],
      [
        [
          "HostSystem:host-1",
          [
            { category: "zone", name: "a" },
            { category: "zone", name: "b" },
          ],
        ],
      ],
    );
    assert.equal(vcenter!.count("DELETE /api/session"), 1);
    const read = vcenter!.calls.find((call) => call.method === "GET /api/cis/tagging/tag");
    assert.equal(read?.headers["vmware-api-session-id"], "token-1");
    assert.equal(read?.headers.authorization, undefined);
  });

  it("survive a tag that was removed meanwhile", async () => {
    const found = await tags({
      ...API,
      "GET /api/cis/tagging/tag/t1": status(404),
      [ASSOCIATION]: json([{ tag_id: "t1" }, { tag_id: "t2", object_ids: [{ type: "HostSystem", id: "host-1" }] }]),
    });
    assert.deepEqual(found.get("HostSystem:host-1"), [{ category: "zone", name: "a" }]);
  });

  const failures: [string, Record<string, Handler>, string][] = [
    ["a tag in use that can't be read", { "GET /api/cis/tagging/tag/t1": status(404) }, "VCENTER_ANSWER_INVALID"],
    ["an answer that is no JSON", { "GET /api/cis/tagging/tag": status(200, "<html>") }, "VCENTER_ANSWER_INVALID"],
    ["an answer of another shape", { "GET /api/cis/tagging/tag": json({ ids: [] }) }, "VCENTER_ANSWER_INVALID"],
    ["a service that fails half way", { [ASSOCIATION]: status(503) }, "VCENTER_UNREACHABLE"],
  ];
  for (const [name, handlers, code] of failures) {
    it(`are an error, never none, after ${name}`, async () => {
      await assert.rejects(tags({ ...API, ...handlers }), { code });
    });
  }

  it("are asked for again after a 503", async () => {
    const once: Handler = (call) => (call.before === 0 ? status(503) : json(["t1", "t2"]));
    assert.equal((await tags({ ...API, "GET /api/cis/tagging/tag": once })).size, 1);
  });

  const missing: [string, Record<string, Handler>, RegExp][] = [
    ["there is no tagging service", {}, /no such service/],
    ["the service is stopped", { "POST /api/session": status(503) }, /stopped/],
    ["it refuses the login", { "POST /api/session": status(401) }, /refuses the login/],
    ["the user may not read tags", { ...API, "GET /api/cis/tagging/tag": status(403) }, /may not read tags/],
  ];
  for (const [name, handlers, message] of missing) {
    it(`are empty, with a warning, where ${name}`, async () => {
      vcenter = await startCanned(certificate, { ...handlers, RetrievePropertiesEx: "" });
      const warnings: string[] = [];
      const inventory = createVcenterInventory(vcenter.settings, {
        retryDelayMs: 1,
        onWarning: (warning) => warnings.push(warning),
      });
      const snapshot = await inventory.snapshot();
      await inventory.close();
      assert.deepEqual(snapshot.hosts, []);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], message);
      assert.deepEqual(inventory.warnings, warnings);
    });
  }
});
