import { TransportError, VimFault } from "./errors";
import { HttpsClient } from "./https";
import type { VimCall, VimTransport } from "./transport";
import { at, kindOf, text, type Tree } from "./values";
import { child, localName, parseXml, writeElement } from "./xml";

/** The newest version whose types are read here; an older vCenter answers with its own. */
const VIM_VERSION = "urn:vim25/7.0";
const SESSION_COOKIE = "vmware_soap_session";

/** SOAP 1.1 over HTTPS, at /sdk. */
export class SoapTransport implements VimTransport {
  private cookie: string | null = null;

  constructor(
    private readonly https: HttpsClient,
    /** Struck out of whatever a server says, should it repeat it. */
    private readonly secret: string,
  ) {}

  async invoke(call: VimCall): Promise<Tree> {
    const answer = await this.https.request({
      method: "POST",
      path: "/sdk",
      headers: {
        "content-type": 'text/xml; charset="utf-8"',
        soapaction: `"${VIM_VERSION}"`,
        ...(this.cookie ? { cookie: this.cookie } : {}),
      },
      body: envelope(call),
      signal: call.signal,
    });
    for (const cookie of answer.cookies) {
      if (cookie.startsWith(`${SESSION_COOKIE}=`)) this.cookie = cookie.split(";", 1)[0];
    }
    return this.returnValue(call.method, answer.status, answer.body);
  }

  close(): Promise<void> {
    return this.https.close();
  }

  private returnValue(method: string, status: number, document: string): Tree {
    const invalid = (what: string, cause?: unknown) =>
      new TransportError({
        code: "VCENTER_ANSWER_INVALID",
        message: `the answer of ${this.https.address.name} to ${method} can't be used: ${what}${status === 200 ? "" : ` (HTTP ${status})`}`,
        hint: "see that vcenter.server is a vCenter, and that no proxy stands between",
        cause,
        status,
      });
    let body: Tree;
    try {
      body = child(parseXml(document, "Envelope"), "Body");
    } catch (error) {
      throw invalid(error instanceof Error ? error.message : String(error), error);
    }
    const fault = child(body, "Fault");
    if (fault !== undefined) throw this.fault(method, fault);
    const response = child(body, `${method}Response`);
    if (response === undefined) throw invalid(`it holds no ${method}Response`);
    return at(response, "returnval");
  }

  private fault(method: string, fault: Tree): VimFault {
    const detail = at(fault, "detail");
    const [name, content] = Object.entries(typeof detail === "object" ? (detail as Record<string, Tree>) : {}).find(
      ([key]) => !key.startsWith("@") && key !== "#text",
    ) ?? ["", undefined];
    const kind = kindOf(content) ?? localName(name).replace(/Fault$/, "");
    const message = (text(fault, "faultstring") ?? "").trim().replaceAll(this.secret, "***");
    return new VimFault(method, kind || "unnamed fault", content, message);
  }
}

function envelope({ method, self, parameters }: VimCall): string {
  const fields = Object.entries(parameters ?? {}).map(([name, value]) => writeElement(name, value));
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"' +
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
    `<soapenv:Body><${method} xmlns="urn:vim25">${writeElement("_this", self)}${fields.join("")}</${method}>` +
    "</soapenv:Body></soapenv:Envelope>"
  );
}
