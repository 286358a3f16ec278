import assert from "node:assert/strict";
import { AffinityError } from "../../../engine/errors";
import { VimFault } from "../../../provider/vsphere/errors";
import { HttpsClient } from "../../../provider/vsphere/https";
import { SoapTransport } from "../../../provider/vsphere/soap";
import { Reference } from "../../../provider/vsphere/values";
import {
  type Answer,
  type CannedVcenter,
  type Certificate,
  makeCertificate,
  soap,
  startCanned,
  status,
} from "./canned";

describe("SOAP transport", () => {
  let certificate: Certificate;
  let vcenter: CannedVcenter | undefined;
  before(async () => {
    certificate = await makeCertificate();
  });
  afterEach(async () => {
    await vcenter?.stop();
    vcenter = undefined;
  });

  const invoke = async (answer: Answer) => {
    vcenter = await startCanned(certificate, { PowerOn: answer });
    const transport = new SoapTransport(new HttpsClient(vcenter.settings), vcenter.settings.password);
    const call = { method: "PowerOn", self: new Reference("VirtualMachine", "vm-1"), parameters: { note: 'a<b&"c"' } };
    try {
      return await transport.invoke(call);
    } finally {
      await transport.close();
    }
  };
  const invalid = (answer: Answer, message: RegExp) =>
    assert.rejects(invoke(answer), (error: AffinityError) => {
      assert.equal(error.code, "VCENTER_ANSWER_INVALID");
      assert.match(error.message, message);
      assert.match(error.message, /PowerOn/);
      return true;
    });

  it("names the method in body and namespace, and escapes what it sends", async () => {
    assert.equal(await invoke("<returnval>done</returnval>"), "done");
    const [{ body, headers }] = vcenter!.calls;
    assert.ok(body.includes('<PowerOn xmlns="urn:vim25"><_this type="VirtualMachine">vm-1</_this>'), body);
    assert.ok(body.includes("<note>a&#60;b&#38;&#34;c&#34;</note>"), body);
    assert.match(String(headers.soapaction), /urn:vim25/);
  });

  it("gives undefined for a method without a return value", async () => {
    assert.equal(await invoke(""), undefined);
  });

  it("turns a fault into an error that names method and fault, and keeps the detail", async () => {
    const answer = {
      fault: "InvalidArgument",
      message: "A specified parameter",
      inner: "<invalidProperty>x</invalidProperty>",
    };
    await assert.rejects(invoke(answer), (error: VimFault) => {
      assert.ok(error instanceof VimFault);
      assert.equal(error.code, "VCENTER_FAULT");
      assert.equal(error.message, "vCenter refused PowerOn: InvalidArgument (A specified parameter)");
      return true;
    });
  });

  it("refuses answers that are no SOAP", async () => {
    await invalid(status(200, soap("<PowerOnResponse/>").slice(0, -12)), /cut short/);
    await vcenter?.stop();
    await invalid(status(200, "<!DOCTYPE html><html></html>"), /document type/);
    await vcenter?.stop();
    await invalid(status(404, ""), /empty \(HTTP 404\)/);
    await vcenter?.stop();
    await invalid(status(200, soap("<OtherResponse/>")), /no PowerOnResponse/);
  });
});
