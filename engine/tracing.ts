import { type Attributes, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { AffinityError } from "./errors";

/** Name of the instrumentation scope of all spans here. */
export const SCOPE = "pulumi-vsphere-affinity";

/**
 * Runs `work` inside a span of OpenTelemetry. Where nobody has set up tracing, which is the default, the API's span does
 * nothing and costs nothing to speak of.
 * @param attributes counts and ids; never a secret
 */
export function traced<T>(name: string, attributes: Attributes, work: (span: Span) => Promise<T>): Promise<T> {
  return trace.getTracer(SCOPE).startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      span.setAttribute("error.type", error instanceof AffinityError ? error.code : "unexpected");
      span.setStatus({ code: SpanStatusCode.ERROR, message: text });
      throw error;
    } finally {
      span.end();
    }
  });
}
