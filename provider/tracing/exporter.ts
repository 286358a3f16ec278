import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";

const SUCCESS = 0;
const FAILED = 1;

export interface OtlpTarget {
  /** Such as http://collector:4318/v1/traces */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/**
 * Spans as OTLP over HTTP, in JSON (the protocol's own serializer). OpenTelemetry's exporter of that protocol does the
 * same with retries and compression; a run has a dozen spans, and one that is lost is no harm.
 */
export class OtlpJsonExporter implements SpanExporter {
  private sending: Promise<void> = Promise.resolve();
  private failed = false;

  /** @param onFailure told once */
  constructor(
    private readonly target: OtlpTarget,
    private readonly onFailure: (why: string) => void,
  ) {}

  export(spans: ReadableSpan[], done: Parameters<SpanExporter["export"]>[1]): void {
    this.sending = this.send(spans).then(
      () => done({ code: SUCCESS }),
      (error: unknown) => {
        if (!this.failed) this.onFailure(reasonOf(error));
        this.failed = true;
        done({ code: FAILED });
      },
    );
  }

  forceFlush(): Promise<void> {
    return this.sending;
  }

  shutdown(): Promise<void> {
    return this.sending;
  }

  private async send(spans: ReadableSpan[]): Promise<void> {
    const { url, headers, timeoutMs } = this.target;
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JsonTraceSerializer.serializeRequest(spans),
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error
    ? cause.message || ((cause as NodeJS.ErrnoException).code ?? "unreachable")
    : error.message;
}
