import { TaskCancelledError } from "cockatiel";
import { AffinityError } from "../errors";

interface Target {
  readonly database: string;
  readonly timeoutSeconds?: number;
}

const TRANSIENT = ["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EPIPE", "EAI_AGAIN"];
const GATEWAY = ["Bad Gateway", "Service Unavailable", "Gateway Timeout"];

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? "");
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
/** The library does not export its classes of errors: one for a status below 500 holds the response, others only a text. */
const statusOf = (error: unknown): number | undefined =>
  (error as { res?: { statusCode?: number } } | null)?.res?.statusCode;

/** Worth another try: the network, or a server that is starting or overloaded. A slow query is not. */
export function isTransient(error: unknown): boolean {
  return TRANSIENT.includes(codeOf(error)) || GATEWAY.includes(messageOf(error));
}

/** What the HTTP request ended in, in a user's terms. */
export function influxFailure(error: unknown, target: Target, address: string): AffinityError {
  if (error instanceof AffinityError) return error;
  const code = codeOf(error);
  if (error instanceof TaskCancelledError || messageOf(error) === "Request timed out") {
    return timedOut(target, address);
  }
  const status = statusOf(error);
  if (status !== undefined) return refused(status, messageOf(error), target, address);
  if (error instanceof SyntaxError) {
    return queryFailed(address, error, "check that the address is that of InfluxDB itself and not of a page before it");
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)) {
    return unreachable(address, error, "its certificate is not trusted: set NODE_EXTRA_CA_CERTS, or insecure: true");
  }
  if (code || GATEWAY.includes(messageOf(error))) {
    return unreachable(address, error, "check the address, and that InfluxDB is running and may be reached from here");
  }
  return queryFailed(address, error, "see the server's log");
}

/** What InfluxDB says of a statement, inside an answer with status 200. */
export function statementFailure(message: string, target: Target, address: string): AffinityError {
  const cause = new Error(message);
  if (/database not found|retention policy not|no dbrp mapping|bucket .*not found/i.test(message)) {
    return notFound(target, address, cause);
  }
  if (/not authorized|unauthorized|forbidden/i.test(message)) return loginFailed(target, address, cause);
  if (/timeout|interrupted/i.test(message)) return timedOut(target, address, cause);
  return queryFailed(address, cause, "see the server's log");
}

function refused(status: number, message: string, target: Target, address: string): AffinityError {
  // The library's error holds the request with its Authorization header: only its message may travel on.
  if (status === 401 || status === 403) return loginFailed(target, address, new Error(message));
  return statementFailure(message, target, address);
}

function loginFailed(target: Target, address: string, cause: unknown): AffinityError {
  return new AffinityError({
    code: "TELEMETRY_LOGIN_FAILED",
    message: `InfluxDB at ${address} refused the login for database ${target.database}`,
    hint: "check user and password (InfluxDB 2: the token, which must be allowed to read the bucket)",
    cause,
  });
}

function notFound(target: Target, address: string, cause: unknown): AffinityError {
  return new AffinityError({
    code: "TELEMETRY_DATABASE_NOT_FOUND",
    message: `InfluxDB at ${address} has no database ${target.database} that this login may read`,
    hint: "check database (InfluxDB 2: the bucket's name, and that the token may read it) and retentionPolicy",
    cause,
  });
}

function timedOut(target: Target, address: string, cause?: unknown): AffinityError {
  return new AffinityError({
    code: "TELEMETRY_TIMEOUT",
    message: `InfluxDB at ${address} did not answer a query within ${target.timeoutSeconds ?? 60} s`,
    hint: "raise timeoutSeconds, shorten the history that is asked for, or look at the server's load",
    cause,
  });
}

function unreachable(address: string, cause: unknown, hint: string): AffinityError {
  return new AffinityError({
    code: "TELEMETRY_UNREACHABLE",
    message: `InfluxDB at ${address} cannot be reached`,
    hint,
    cause,
  });
}

function queryFailed(address: string, cause: unknown, hint: string): AffinityError {
  return new AffinityError({
    code: "TELEMETRY_QUERY_FAILED",
    message: `InfluxDB at ${address} did not answer a query`,
    hint,
    cause,
  });
}
