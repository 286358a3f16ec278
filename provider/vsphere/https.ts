import { readFileSync } from "node:fs";
import { Agent, fetch, type Response } from "undici";
import { AffinityError } from "../../engine/errors";
import type { VcenterSettings } from "../settings";
import { parseAddress, type VcenterAddress } from "./address";
import { certificateFaults, isCertificateCode } from "./certificate";
import { TransportError } from "./errors";

export interface HttpsRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface HttpsAnswer {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly body: string;
}

/** Bytes of one answer, unpacked. A page of 250 large VMs is about 10 MB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Statuses of a proxy or a service that is starting: the same request may succeed a moment later. */
const TRANSIENT_STATUSES = new Set([429, 502, 503, 504]);

const NEVER_CONNECTED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/**
 * HTTPS to one server: verified TLS (unless `insecure`), a deadline for each whole request, an answer of bounded size,
 * no redirects (they would carry the session elsewhere). Repeats nothing.
 */
export class HttpsClient {
  readonly address: VcenterAddress;
  private readonly agent: Agent;
  private readonly timeoutMs: number;

  /** @throws AffinityError SETTINGS_INVALID for a bad address or a caFile that can't be read. */
  constructor(
    settings: VcenterSettings,
    private readonly maxAnswerBytes = MAX_ANSWER_BYTES,
  ) {
    this.address = parseAddress(settings.server);
    this.timeoutMs = settings.timeoutSeconds * 1000;
    this.agent = new Agent({
      connect: {
        rejectUnauthorized: !settings.insecure,
        timeout: this.timeoutMs,
        ...(settings.caFile === undefined ? {} : { ca: readAuthority(settings.caFile) }),
      },
      headersTimeout: this.timeoutMs,
      bodyTimeout: this.timeoutMs,
    });
  }

  /** @throws TransportError with VCENTER_UNREACHABLE, VCENTER_TIMEOUT, VCENTER_CERTIFICATE or VCENTER_ANSWER_INVALID. */
  async request(request: HttpsRequest): Promise<HttpsAnswer> {
    const timeout = AbortSignal.timeout(this.timeoutMs);
    try {
      const response = await fetch(this.address.origin + request.path, {
        method: request.method,
        headers: request.headers,
        body: request.body,
        redirect: "manual",
        dispatcher: this.agent,
        signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
      });
      const body = await this.readBody(response);
      this.refuseUnusable(response);
      return { status: response.status, cookies: response.headers.getSetCookie(), body };
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof AffinityError) throw error;
      throw await this.translate(error, timeout.aborted);
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async readBody(response: Response): Promise<string> {
    if (!response.body) return "";
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > this.maxAnswerBytes) {
        throw new TransportError({
          code: "VCENTER_ANSWER_INVALID",
          message: `${this.address.name} sent an answer of more than ${this.maxAnswerBytes} bytes`,
          hint: "is this address a vCenter?",
        });
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  private refuseUnusable(response: Response): void {
    const { status } = response;
    if (TRANSIENT_STATUSES.has(status)) {
      throw new TransportError({
        code: "VCENTER_UNREACHABLE",
        message: `${this.address.name} answers ${status} ${response.statusText}`.trimEnd(),
        hint: "its services may be starting; try again later",
        transient: true,
        status,
      });
    }
    if (status >= 300 && status < 400) {
      throw new TransportError({
        code: "VCENTER_ANSWER_INVALID",
        message: `${this.address.name} redirects (${status}) instead of answering`,
        hint: "give the address of the vCenter itself as vcenter.server",
        status,
      });
    }
  }

  private async translate(error: unknown, timedOut: boolean): Promise<TransportError> {
    const { name } = this.address;
    const code = codeOf(error);
    if (timedOut || code === "UND_ERR_CONNECT_TIMEOUT" || code?.match(/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/)) {
      return new TransportError({
        code: "VCENTER_TIMEOUT",
        message: `${name} did not answer within ${this.timeoutMs / 1000} s`,
        hint: "see whether it is reachable from here, or raise vcenter.timeoutSeconds",
        neverLeft: code === "UND_ERR_CONNECT_TIMEOUT",
      });
    }
    if (code !== null && isCertificateCode(code)) {
      const faults = await certificateFaults(this.address, code, Math.min(this.timeoutMs, 5000));
      return new TransportError({
        code: "VCENTER_CERTIFICATE",
        message: `the certificate of ${name} is refused: ${faults.join(", and ")}`,
        hint: "name its authority's PEM file as vcenter.caFile, or set vcenter.insecure to skip the verification",
        neverLeft: true,
      });
    }
    const neverLeft = code !== null && NEVER_CONNECTED.has(code);
    return new TransportError({
      code: "VCENTER_UNREACHABLE",
      message: `${name} can't be reached: ${reasonOf(error, code)}`,
      hint: "see that vcenter.server is right, that the network lets it through, and that the vCenter is up",
      cause: error,
      // A name that doesn't exist and a port that doesn't speak TLS stay so.
      transient: code !== "ENOTFOUND" && !code?.startsWith("ERR_SSL"),
      neverLeft,
    });
  }
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new AffinityError({
      code: "SETTINGS_INVALID",
      message: `vcenter.caFile ${file} can't be read`,
      hint: "give the PEM file of the authority that signed the vCenter's certificate",
      cause,
    });
  }
}

/** `fetch` wraps the cause, and a host with several addresses gives one cause for each. */
function codeOf(error: unknown): string | null {
  for (let here = error, depth = 0; here instanceof Error && depth < 5; here = here.cause, depth++) {
    const code = (here as NodeJS.ErrnoException).code;
    if (typeof code === "string") return code;
    if (here instanceof AggregateError) return codeOf(here.errors[0]);
  }
  return null;
}

function reasonOf(error: unknown, code: string | null): string {
  switch (code) {
    case "ECONNREFUSED":
      return "the connection is refused";
    case "ENOTFOUND":
      return "there is no host of that name";
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "ERR_SSL_PACKET_LENGTH_TOO_LONG":
      return "it does not speak TLS on that port";
    case null:
      return innermostMessage(error);
    default:
      return code;
  }
}

function innermostMessage(error: unknown): string {
  let here = error;
  for (let depth = 0; here instanceof Error && here.cause instanceof Error && depth < 5; depth++) here = here.cause;
  return here instanceof Error ? here.message : String(here);
}
