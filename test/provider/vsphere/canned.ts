import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { promisify } from "node:util";
import type { VcenterSettings } from "../../../provider/settings";
import { temporaryFolder } from "../../testbed";

export interface Certificate {
  readonly certFile: string;
  readonly cert: string;
  readonly key: string;
}

/** A self-signed certificate for `host` ("IP:127.0.0.1" unless told). */
export async function makeCertificate(altName = "IP:127.0.0.1"): Promise<Certificate> {
  const folder = await temporaryFolder();
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  await promisify(execFile)("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
    ...["-subj", "/CN=canned", "-addext", `subjectAltName=${altName}`, "-keyout", keyFile, "-out", certFile],
  ]);
  return { certFile, cert: await readFile(certFile, "utf8"), key: await readFile(keyFile, "utf8") };
}

/** What a method answers: the return value's XML, a fault, or whatever the handler does to the response itself. */
export type Answer =
  | string
  | { readonly fault: string; readonly message?: string; readonly inner?: string }
  | { readonly respond: (response: ServerResponse) => void };
export type Handler = Answer | ((call: CannedCall) => Answer);

export interface CannedCall {
  /** SOAP method, or "GET /path" for anything else. */
  readonly method: string;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
  /** How often the method was called before. */
  readonly before: number;
}

export interface CannedVcenter {
  readonly settings: VcenterSettings;
  readonly calls: CannedCall[];
  /** How often the method was called. */
  count(method: string): number;
  stop(): Promise<void>;
}

const CONTENT =
  '<returnval><rootFolder type="Folder">group-d1</rootFolder>' +
  '<propertyCollector type="PropertyCollector">propertyCollector</propertyCollector>' +
  '<viewManager type="ViewManager">ViewManager</viewManager>' +
  "<about><name>VMware vCenter Server</name><fullName>VMware vCenter Server 8.0.3</fullName><version>8.0.3</version>" +
  "<build>1</build><apiType>VirtualCenter</apiType><apiVersion>8.0.3.0</apiVersion></about>" +
  '<sessionManager type="SessionManager">SessionManager</sessionManager>' +
  '<authorizationManager type="AuthorizationManager">AuthorizationManager</authorizationManager>' +
  '<customFieldsManager type="CustomFieldsManager">CustomFieldsManager</customFieldsManager>' +
  '<vmProvisioningChecker type="VirtualMachineProvisioningChecker">ProvChecker</vmProvisioningChecker></returnval>';

const DEFAULTS: Readonly<Record<string, Handler>> = {
  RetrieveServiceContent: CONTENT,
  Login: (call) => ({
    respond: (response) => {
      response.setHeader("set-cookie", `vmware_soap_session="session-${call.before + 1}"; Path=/; HttpOnly`);
      response.end(soap("<LoginResponse><returnval><key>the-key</key></returnval></LoginResponse>"));
    },
  }),
  Logout: "",
  CurrentTime: "<returnval>2026-01-02T03:04:05.678901Z</returnval>",
  CreateContainerView: '<returnval type="ContainerView">view-1</returnval>',
  DestroyView: "",
};

export const soap = (body: string): string =>
  '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"' +
  ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;

/** One object of a property collector's answer, with a name. */
export const namedObject = (type: string, id: string, name: string): string =>
  `<objects><obj type="${type}">${id}</obj><propSet><name>name</name>` +
  `<val xsi:type="xsd:string">${name}</val></propSet></objects>`;

const send = (response: ServerResponse, method: string, answer: Answer): void => {
  if (typeof answer === "string") return void response.end(soap(`<${method}Response>${answer}</${method}Response>`));
  if ("respond" in answer) return answer.respond(response);
  response.statusCode = 500;
  response.end(
    soap(
      `<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>${answer.message ?? ""}</faultstring>` +
        `<detail><${answer.fault}Fault xmlns="urn:vim25" xsi:type="${answer.fault}">${answer.inner ?? ""}</${answer.fault}Fault>` +
        "</detail></soapenv:Fault>",
    ),
  );
};

/** An HTTPS server that answers SOAP methods as told; what isn't told is answered as an empty vCenter would. */
export async function startCanned(
  certificate: Certificate,
  handlers: Readonly<Record<string, Handler>> = {},
): Promise<CannedVcenter> {
  const calls: CannedCall[] = [];
  const count = (method: string) => calls.filter((call) => call.method === method).length;
  const sockets = new Set<Duplex>();
  const server = createServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const method = /<soapenv:Body><(\w+)/.exec(body)?.[1] ?? `${request.method} ${request.url}`;
      const call = { method, body, headers: request.headers, before: count(method) };
      calls.push(call);
      const handler = handlers[method] ?? DEFAULTS[method];
      if (handler === undefined) return void response.writeHead(404).end();
      send(response, method, typeof handler === "function" ? handler(call) : handler);
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    settings: {
      server: `127.0.0.1:${port}`,
      user: "user",
      password: PASSWORD,
      insecure: false,
      caFile: certificate.certFile,
      timeoutSeconds: 10,
    },
    calls,
    count,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Nothing that a user reads may hold it. */
export const PASSWORD = "s3cret&<word>";

/** Answers with a bare HTTP status. */
export const status = (code: number, body: string | Buffer = "", headers: Record<string, string> = {}): Answer => ({
  respond: (response) => void response.writeHead(code, headers).end(body),
});

/** JSON, as the REST API answers. */
export const json = (value: unknown): Answer => status(200, JSON.stringify(value));
