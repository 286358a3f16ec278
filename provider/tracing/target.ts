import type { OtlpTarget } from "./exporter";

type Environment = Readonly<Record<string, string | undefined>>;

const TIMEOUT_MS = 5000;

/** Whether OpenTelemetry's own variables ask for traces: an endpoint is named, and nothing turns them off. */
export const isTracingAsked = (environment: Environment): boolean => targetOf(environment) !== null;

/**
 * Where traces go, by the variables of the OTLP exporter's specification: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT as it is, or
 * OTEL_EXPORTER_OTLP_ENDPOINT with /v1/traces; OTEL_EXPORTER_OTLP_HEADERS and OTEL_EXPORTER_OTLP_TIMEOUT (ms). Null
 * without an endpoint, and with OTEL_SDK_DISABLED=true or OTEL_TRACES_EXPORTER=none.
 */
export function targetOf(environment: Environment): OtlpTarget | null {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own, OTEL_EXPORTER_OTLP_ENDPOINT: all } = environment;
  if (environment.OTEL_SDK_DISABLED === "true" || environment.OTEL_TRACES_EXPORTER === "none") return null;
  const url = own || (all && `${all.replace(/\/$/, "")}/v1/traces`);
  if (!url || !URL.canParse(url)) return null;
  const timeout = Number(environment.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT ?? environment.OTEL_EXPORTER_OTLP_TIMEOUT);
  const given = environment.OTEL_EXPORTER_OTLP_TRACES_HEADERS ?? environment.OTEL_EXPORTER_OTLP_HEADERS ?? "";
  const headers = given.split(",").flatMap((pair): [string, string][] => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]];
  });
  return { url, headers: Object.fromEntries(headers), timeoutMs: timeout > 0 ? timeout : TIMEOUT_MS };
}
