import { TaskCancelledError } from "cockatiel";
import { AffinityError, type AffinityErrorDetails } from "../errors";
import type { Attempt } from "./influx-answer";
import { AnswerFault } from "./influx-answer";

interface Target {
  readonly database: string;
  readonly timeoutSeconds?: number;
}

/** What InfluxDB says of a statement, inside an answer with status 200. */
export class StatementError extends Error {}

/** A query that the server would answer if it asked for less; `less` of what, where the server says it. */
export class TooMuchAsked extends AffinityError {
  constructor(
    details: AffinityErrorDetails,
    readonly less: "entities" | "time" | "either",
    /** The server tried until the time was over: each further try takes as long. */
    readonly timedOut = false,
  ) {
    super(details);
  }
}

const TRANSIENT = ["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EPIPE", "EAI_AGAIN"];
/** Of a proxy, or of a server that is starting or overloaded. */
const TRANSIENT_STATUSES = [429, 502, 503, 504];

/** The server's limits (`[coordinator]` of InfluxDB 1, `query.influxql-*` of InfluxDB 2), and what less of it helps. */
const LIMITS: readonly (readonly [RegExp, TooMuchAsked["less"]])[] = [
  [/max-select-buckets/i, "time"],
  [/max-select-series/i, "entities"],
  [/max-select-point|query-timeout limit|memory (quota|limit)|max-row-limit|cut short/i, "either"],
];

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? "");

/** Worth another try: the network, or a server that is starting or overloaded. A slow query is not. */
export function isTransient(error: unknown): boolean {
  if (error instanceof AnswerFault) return error.kind === "broken off" || TRANSIENT_STATUSES.includes(error.status);
  if (error instanceof StatementError) return error.message.includes("max-concurrent-queries");
  return TRANSIENT.includes(codeOf(error));
}

/** What a query ended in, in a user's terms. */
export function influxFailure(error: unknown, attempt: Attempt, target: Target, address: string): AffinityError {
  if (error instanceof AffinityError) return error;
  if (error instanceof StatementError) return statementFailure(error, target, address);
  if (error instanceof AnswerFault) return answerFailure(error, target, address);
  // The library's words for a connection on which nothing comes.
  if (error instanceof TaskCancelledError || (error as Error | null)?.message === "Request timed out") {
    return timedOut(attempt, target, address);
  }
  if (error instanceof SyntaxError) return foreign(address, error);
  const code = codeOf(error);
  if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(code)) return certificate(address, code, error);
  if (code) return unreachable(address, "cannot be reached", error, CHECK_ADDRESS);
  return queryFailed(address, error, "see the server's log");
}

/** What a write ended in: the library tells a refusal by its status and the server's own words. */
export function writeFailure(error: unknown, target: Target, address: string): AffinityError {
  const status = (error as { res?: { statusCode?: number } } | null)?.res?.statusCode;
  if (status === undefined) return influxFailure(error, NO_ATTEMPT, target, address);
  if (status === 401 || status === 403) return loginFailed(target, address, error);
  if (status === 404) return notFound(target, address, error);
  if (status === 400 || status === 413 || status === 422) {
    return new AffinityError({
      code: "TELEMETRY_WRITE_REFUSED",
      message: `InfluxDB at ${address} refuses what is written to ${target.database}`,
      hint: "its log says why: such as a field that another program writes with another type",
      cause: error,
    });
  }
  const hint = "the server, or a proxy before it, is starting, full or overloaded: it is tried again by the next run";
  return unreachable(address, `answers ${status}`, error, hint);
}
const NO_ATTEMPT = { received: undefined } as Attempt;

const CHECK_ADDRESS = "check the address, and that InfluxDB is running and may be reached from here";

function statementFailure(error: Error, target: Target, address: string): AffinityError {
  const { message } = error;
  const less = LIMITS.find(([pattern]) => pattern.test(message))?.[1];
  if (less) {
    const hint = "raise this limit in the server's configuration";
    return new TooMuchAsked({ ...queryFailedDetails(address, error), hint }, less);
  }
  if (/database not found|retention policy not|no dbrp mapping|bucket .*not found/i.test(message)) {
    return notFound(target, address, error);
  }
  if (/not authorized|unauthorized|forbidden/i.test(message)) return loginFailed(target, address, error);
  if (/timeout|interrupted/i.test(message)) return timedOut(undefined, target, address, error);
  if (/max-concurrent-queries/.test(message)) {
    return unreachable(address, "is overloaded", error, "try again later, or raise the limit of concurrent queries");
  }
  return queryFailed(address, error, "see the server's log");
}

function answerFailure(fault: AnswerFault, target: Target, address: string): AffinityError {
  const { status } = fault;
  if (fault.kind === "broken off") {
    const hint = "see the server's log: it may have been restarted; or a proxy before it cuts long answers";
    return unreachable(address, "broke off its answer", fault, hint);
  }
  if (fault.kind === "foreign") return foreign(address, fault);
  if (fault.kind === "too large" || status === 413) {
    return new TooMuchAsked({ ...queryFailedDetails(address, fault), hint: "ask for a shorter history" }, "either");
  }
  if (status < 400) {
    return queryFailed(address, fault, "give the address that it redirects to, or that of InfluxDB itself, as url");
  }
  if (status === 401 || status === 403) return loginFailed(target, address, fault);
  if (TRANSIENT_STATUSES.includes(status)) {
    const hint = "the server, or a proxy before it, is starting or overloaded: try again later";
    return unreachable(address, `answers ${status}`, fault, hint);
  }
  return statementFailure(fault, target, address);
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

function timedOut(attempt: Attempt | undefined, target: Target, address: string, cause?: unknown): AffinityError {
  const seconds = target.timeoutSeconds ?? 60;
  const received = attempt?.received;
  const what =
    received === undefined
      ? `did not answer a query within ${seconds} s`
      : `did not end its answer within ${seconds} s: ${received} characters came, and then no more in time`;
  const details = {
    code: "TELEMETRY_TIMEOUT",
    message: `InfluxDB at ${address} ${what}`,
    hint: "raise telemetry.influx.timeoutSeconds, shorten the history that is asked for, or look at the server's load",
    cause,
  };
  return new TooMuchAsked(details, "either", true);
}

function certificate(address: string, code: string, cause: unknown): AffinityError {
  const fault = CERTIFICATE_FAULTS.find(([pattern]) => pattern.test(code))?.[1] ?? code;
  return new AffinityError({
    code: "TELEMETRY_CERTIFICATE",
    message: `the certificate of InfluxDB at ${address} is refused: ${fault}`,
    hint: "name its authority's PEM file as influx.caFile, or set influx.insecure to skip the verification",
    cause,
  });
}

/** Codes of OpenSSL's verification and of Node's check of the host. */
const CERTIFICATE_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/CERT_HAS_EXPIRED/, "it has expired"],
  [/CERT_NOT_YET_VALID/, "it is not yet valid"],
  [/ALTNAME_INVALID/, "it is not for this host"],
  [/SELF_SIGNED/, "it is self-signed"],
  [/UNABLE_TO_/, "its issuer is not trusted here"],
];

function unreachable(address: string, what: string, cause: unknown, hint: string): AffinityError {
  return new AffinityError({ code: "TELEMETRY_UNREACHABLE", message: `InfluxDB at ${address} ${what}`, hint, cause });
}

function foreign(address: string, cause: unknown): AffinityError {
  return queryFailed(address, cause, "check that the address is that of InfluxDB itself and not of a page before it");
}

function queryFailed(address: string, cause: unknown, hint: string): AffinityError {
  return new AffinityError({ ...queryFailedDetails(address, cause), hint });
}

function queryFailedDetails(address: string, cause: unknown): AffinityErrorDetails {
  return { code: "TELEMETRY_QUERY_FAILED", message: `InfluxDB at ${address} did not answer a query`, cause };
}
