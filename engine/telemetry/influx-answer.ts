import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

/** Characters of one answer: ten times what the queries of this package are cut to. */
const MOST = 64 * 1024 * 1024;
/** Characters of an error page that are read for its reason. */
const PAGE = 4096;

/** An HTTP answer that is not what InfluxDB gives to a query; the message says what it is, and holds no secret. */
export class AnswerFault extends Error {
  constructor(
    readonly kind: "broken off" | "too large" | "status" | "foreign",
    message: string,
    /** HTTP status. */
    readonly status: number,
  ) {
    super(message);
  }
}

/** One HTTP request and what has come of its answer. */
export class Attempt {
  /** Characters of the answer so far; undefined while there is none at all. */
  received: number | undefined;

  private fail: (fault: AnswerFault) => void = () => undefined;

  /**
   * Runs `request` and watches the answer beside the library, which never settles when a connection breaks in the
   * middle of it, passes over the body of a server's error, and takes an answer of any length.
   * @throws AnswerFault, and whatever `request` throws
   */
  run<T>(request: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.fail = reject;
      attempts.run(this, () => request().then(resolve, reject));
    });
  }

  watch(response: IncomingMessage): void {
    const status = response.statusCode ?? 0;
    const usable = status >= 200 && status < 300 && isPlainJson(response);
    let page = "";
    this.received = 0;
    // The library sets the encoding in the same turn, before anything flows: these are strings.
    response.on("data", (text: string) => {
      this.received! += text.length;
      if (!usable && page.length < PAGE) page += String(text);
      if (this.received! > MOST) {
        this.fail(new AnswerFault("too large", `the answer has more than ${MOST} characters`, status));
        response.destroy();
      }
    });
    response.once("end", () => {
      if (!usable) this.fail(refusal(response, status, page));
    });
    response.once("close", () => {
      if (response.complete) return;
      const message = `the connection broke off after ${this.received} characters of the answer`;
      this.fail(new AnswerFault("broken off", message, status));
    });
  }
}

/** Node carries it from the call that makes a request to the events of its answer, over kept-alive connections too. */
const attempts = new AsyncLocalStorage<Attempt>();
subscribe("http.client.response.finish", (message) => {
  attempts.getStore()?.watch((message as { response: IncomingMessage }).response);
});

function isPlainJson({ headers }: IncomingMessage): boolean {
  const type = headers["content-type"];
  return (type === undefined || type.includes("json")) && (headers["content-encoding"] ?? "identity") === "identity";
}

function refusal({ headers, statusMessage }: IncomingMessage, status: number, page: string): AnswerFault {
  if (status >= 200 && status < 300) {
    const encoding = headers["content-encoding"];
    const what = [headers["content-type"], encoding && `packed as ${encoding}`].filter(Boolean).join(" ");
    return new AnswerFault("foreign", `the answer is ${what}, not JSON`, status);
  }
  const title = [status, statusMessage].filter(Boolean).join(" ");
  if (status >= 300 && status < 400) {
    return new AnswerFault("status", `${title} to ${headers.location ?? "nowhere"}`, status);
  }
  const reason = reasonIn(page);
  return new AnswerFault("status", reason ? `${title}: ${reason}` : title, status);
}

/** InfluxDB 1 says `error`, InfluxDB 2 `message`; a proxy sends a page. */
function reasonIn(page: string): string {
  try {
    const { error, message } = JSON.parse(page) as { error?: unknown; message?: unknown };
    const reason = error ?? message;
    if (typeof reason === "string") return reason.slice(0, 500);
  } catch {
    // a page
  }
  const text = page.replace(/<(style|script)[^]*?<\/\1>/gi, " ").replace(/<[^>]*>/g, " ");
  return text.replace(/\s+/g, " ").trim().slice(0, 200);
}
