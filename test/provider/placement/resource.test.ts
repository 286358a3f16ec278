import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Placement } from "../../../provider";

const placed = (vm: string, hostId: string) => ({ vm, hostId, host: `name of ${hostId}` });
const valueOf = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply((value) => resolve(value)));

describe("the Placement resource", () => {
  let registered: pulumi.runtime.MockResourceArgs;

  beforeEach(() => {
    pulumi.runtime.setMocks({
      newResource: (resource) => {
        registered = resource;
        return { id: "id", state: { ...resource.inputs, placements: [placed("web-1", "host-1")] } };
      },
      call: () => ({}),
    });
  });

  it("is seen by policies and mocks under a type of its own", async () => {
    const placement = new Placement("shop", { cluster: "production" });
    await valueOf(placement.urn);
    assert.equal(registered.type, "pulumi-nodejs:dynamic/vsphere-affinity:Placement");
    assert.equal((registered.inputs as { owner: string }).owner, "project/stack/shop");
  });

  it("puts less than 2 kB of code into the state, which only calls the package by its stable path", async () => {
    const placement = new Placement("shop", { cluster: "production" });
    await valueOf(placement.urn);
    const code = (registered.inputs as { __provider: string }).__provider;
    assert.ok(code.length < 2048, `${code.length} bytes`);
    assert.deepEqual(
      new Set(code.match(/require\([^)]*\)/g)),
      new Set(['require("pulumi-vsphere-affinity/provider/handlers")']),
    );
    assert.ok(!code.includes(__dirname.split("/dist")[0]), "no path of this machine");
  });

  it("hands a VM's host to dependents", async () => {
    const placement = new Placement("shop", { cluster: "production" });
    assert.equal(await valueOf(placement.hostId("web-1")), "host-1");
    assert.equal(await valueOf(placement.hostName("web-1")), "name of host-1");
  });
});
