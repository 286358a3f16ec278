import { createServer, Agent, request as httpsRequest } from "node:https";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Certificate } from "../../test/provider/vsphere/canned";

/** One SOAP request as the proxy saw it. */
export interface Seen {
  /** From 1, in the order of arrival. */
  readonly index: number;
  readonly method: string;
  /** Of this method, from 1. */
  readonly ofMethod: number;
  readonly body: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Exchange extends Seen {
  /** Passes the request on (or `body` in its place), and gives the simulator's answer; relays nothing. */
  forward(change?: { body?: string; cookie?: string }): Promise<Answered>;
  relay(answer: Answered): void;
  /** Ends the connection without a word. */
  drop(): void;
}

/** What happens to a request; absent: it is forwarded and the answer relayed. */
export type Treatment = (exchange: Exchange) => Promise<void>;

/** A TLS proxy before the simulator: everything that the product says to its vCenter passes here, and may be harmed. */
export class Proxy {
  treatment: Treatment | null = null;
  /** Told of every request before it is treated, and of every one that the simulator answered. */
  onSeen: (seen: Seen) => void = () => undefined;
  onForwarded: (seen: Seen, answer: Answered) => void = () => undefined;
  seen: Seen[] = [];
  private readonly sockets = new Set<Duplex>();
  private readonly agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  private readonly server;

  private constructor(
    certificate: Certificate,
    private readonly upstream: string,
  ) {
    this.server = createServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("error", () => undefined);
      response.on("error", () => undefined);
      request.on("end", () => void this.treat(request, response, Buffer.concat(chunks).toString("utf8")));
    });
    this.server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
      socket.on("error", () => undefined);
    });
    this.server.on("tlsClientError", () => undefined);
  }

  static async start(certificate: Certificate, upstream: string): Promise<Proxy> {
    const proxy = new Proxy(certificate, upstream);
    await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    this.agent.destroy();
  }

  /** Forgets the case before. */
  reset(): void {
    this.treatment = null;
    this.seen = [];
    this.onSeen = () => undefined;
    this.onForwarded = () => undefined;
  }

  private async treat(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const method = /<soapenv:Body><(\w+)/.exec(body)?.[1] ?? `${request.method} ${request.url}`;
    const ofMethod = this.seen.filter((other) => other.method === method).length + 1;
    const seen: Seen = { index: this.seen.length + 1, method, ofMethod, body };
    this.seen.push(seen);
    this.onSeen(seen);
    const exchange: Exchange = {
      ...seen,
      forward: async (change = {}) => {
        const answer = await this.pass(request, change.body ?? body, change.cookie);
        if (change.body === undefined) this.onForwarded(seen, answer);
        return answer;
      },
      relay: ({ status, headers, body: content }) => {
        if (response.destroyed) return;
        const cookies = headers["set-cookie"];
        response.writeHead(status, {
          "content-type": headers["content-type"] ?? "text/xml",
          ...(cookies ? { "set-cookie": cookies } : {}),
        });
        response.end(content);
      },
      drop: () => void request.socket.destroy(),
    };
    try {
      if (this.treatment) await this.treatment(exchange);
      else exchange.relay(await exchange.forward());
    } catch {
      exchange.drop();
    }
  }

  private pass(request: IncomingMessage, body: string, cookie?: string): Promise<Answered> {
    const [host, port] = this.upstream.split(":");
    const headers = { ...request.headers, "content-length": String(Buffer.byteLength(body)) };
    if (cookie !== undefined) headers.cookie = cookie;
    return new Promise((resolve, reject) => {
      httpsRequest(
        { host, port, path: request.url, method: request.method, agent: this.agent, headers },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 500,
              headers: response.headers,
              body: Buffer.concat(chunks).toString("utf8"),
            }),
          );
        },
      )
        .on("error", reject)
        .end(body);
    });
  }
}

/** A SOAP fault, as a vCenter gives it. */
export function faultAnswer(fault: string): Answered {
  const body =
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"' +
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault>' +
    `<faultcode>ServerFaultCode</faultcode><faultstring>injected</faultstring><detail><${fault}Fault xmlns="urn:vim25"` +
    ` xsi:type="${fault}"></${fault}Fault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>`;
  return { status: 500, headers: {}, body };
}
