import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { Resource } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import { OtlpJsonExporter } from "./exporter";
import { targetOf } from "./target";

type Environment = Readonly<Record<string, string | undefined>>;

/** Tracing that runs. */
export interface Tracing {
  /** Sends what has ended. */
  flush(): Promise<void>;
  /** The same, and then no more. */
  stop(): Promise<void>;
}

export interface TracingOptions {
  readonly version: string;
  /** Told once, where spans can't be sent. */
  readonly onFailure?: (why: string) => void;
  /** In place of the one that the environment names. */
  readonly exporter?: SpanExporter;
}

/**
 * Sends spans where OpenTelemetry's own variables say; null where they name no endpoint, or where somebody else has set up
 * tracing in this process: then his provider gets the spans.
 */
export function startTracing(environment: Environment, options: TracingOptions): Tracing | null {
  const target = targetOf(environment);
  const exporter = options.exporter ?? (target && new OtlpJsonExporter(target, options.onFailure ?? (() => undefined)));
  if (!exporter) return null;
  const resource = new Resource({
    "service.name": environment.OTEL_SERVICE_NAME ?? "vsphere-affinity",
    "service.version": options.version,
  });
  const provider = new BasicTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 1000 })],
  });
  if (!trace.setGlobalTracerProvider(provider)) return null;
  const contexts = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contexts);
  return {
    // What can't be sent was told by the exporter; the work that is traced has not failed by it.
    flush: () => provider.forceFlush().catch(() => undefined),
    stop: async () => {
      await provider.shutdown().catch(() => undefined);
      trace.disable();
      context.disable();
    },
  };
}
