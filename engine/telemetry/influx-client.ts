import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import {
  bulkhead,
  ExponentialBackoff,
  handleWhen,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
  type IPolicy,
} from "cockatiel";
import { InfluxDB } from "influx";
import { AffinityError } from "../errors";
import { type ClockReading, readClock } from "./clock";
import { Attempt } from "./influx-answer";
import { influxFailure, isTransient, StatementError, writeFailure } from "./influx-errors";
import type { InfluxQuery } from "./influxql";

/** Where an InfluxDB is and how to log in; the keys are those of the settings file. */
export interface InfluxSettings {
  /** Such as https://influx.example.com:8086 */
  readonly url: string;
  /** InfluxDB 1: the database; InfluxDB 2: the bucket. */
  readonly database: string;
  readonly user?: string;
  /** InfluxDB 2: the token. */
  readonly password?: string;
  readonly retentionPolicy?: string;
  /** Do not verify the server's certificate. */
  readonly insecure?: boolean;
  /** PEM file of the authority that signed the server's certificate; the system's authorities where absent. */
  readonly caFile?: string;
  /** For one query. */
  readonly timeoutSeconds?: number;
}

export interface InfluxPoint {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string | number>>;
  /** Nanoseconds since 1970. */
  readonly timestamp: bigint;
}

/** One series of InfluxDB's answer. */
export interface InfluxSeries {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly (number | string | boolean | null)[])[];
  readonly partial?: boolean;
}

interface Statement {
  readonly series?: readonly InfluxSeries[];
  readonly error?: string;
}

/** Queries at once: enough to hide the way there and back, few enough to leave the server to others. */
const CONCURRENCY = 4;
/** About five seconds in all: enough for a proxy's hiccup or a server's restart. */
const RETRIES = 5;

/** InfluxDB's /query: bounded in time and concurrency; retried, since it only reads. */
export class InfluxClient {
  /** For messages. Never a secret. */
  readonly address: string;

  private readonly database: InfluxDB;
  private readonly agent: HttpAgent;
  private readonly policy: IPolicy;

  /** @throws AffinityError SETTINGS_INVALID for a caFile that holds no certificate */
  constructor(private readonly settings: InfluxSettings) {
    const url = new URL(settings.url);
    const secure = url.protocol === "https:";
    this.address = `${url.origin}${url.pathname.replace(/\/$/, "")}`;
    this.agent = secure
      ? new HttpsAgent({
          keepAlive: true,
          maxSockets: CONCURRENCY,
          rejectUnauthorized: settings.insecure !== true,
          ca: settings.caFile === undefined ? undefined : readAuthority(settings.caFile),
        })
      : new HttpAgent({ keepAlive: true, maxSockets: CONCURRENCY });
    const milliseconds = (settings.timeoutSeconds ?? 60) * 1000;
    this.database = new InfluxDB({
      database: settings.database,
      // InfluxDB 2 takes any user name beside a token; the library would send root:root for none at all.
      username: settings.user ?? (settings.password === undefined ? "" : "token"),
      password: settings.password ?? "",
      hosts: [
        {
          protocol: secure ? "https" : "http",
          host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
          port: Number(url.port || (secure ? 443 : 80)),
          path: url.pathname.replace(/\/$/, ""),
          options: { agent: this.agent },
        },
      ],
      // The library's own retries shut a host out for a while, which hides the first error: retries are done here.
      pool: { maxRetries: 0, requestTimeout: milliseconds, backoff: NO_BACKOFF },
    });
    this.policy = wrap(
      bulkhead(CONCURRENCY, Infinity),
      retry(handleWhen(isTransient), { maxAttempts: RETRIES, backoff: new ExponentialBackoff({ maxDelay: 5000 }) }),
      // Aggressive: the library does not settle when it is told to stop in the middle of an answer.
      timeout(milliseconds, TimeoutStrategy.Aggressive),
    );
  }

  /**
   * Times in the answer are epoch seconds or microseconds.
   * @throws AffinityError TELEMETRY_UNREACHABLE, _CERTIFICATE, _LOGIN_FAILED, _DATABASE_NOT_FOUND, _TIMEOUT or
   * _QUERY_FAILED; a TooMuchAsked where a query for less may be answered
   */
  async query(query: InfluxQuery, precision: "s" | "u", signal?: AbortSignal): Promise<readonly InfluxSeries[]> {
    signal?.throwIfAborted();
    let attempt = new Attempt();
    try {
      return await this.policy.execute(async ({ signal: stop }) => {
        attempt = new Attempt();
        const answer: unknown = await attempt.run(() =>
          this.database.queryRaw(query.text, {
            precision,
            method: "POST",
            placeholders: query.parameters,
            retentionPolicy: this.settings.retentionPolicy,
            signal: stop,
          }),
        );
        return seriesOf(answer);
      }, signal);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw influxFailure(error, attempt, this.settings, this.address);
    }
  }

  /** Its clock by the Date of the answer to /ping, which needs no login; null where it gives none within ten seconds. */
  clock(signal?: AbortSignal): Promise<ClockReading | null> {
    const request = this.address.startsWith("https:") ? httpsRequest : httpRequest;
    return new Promise((resolve) => {
      const asked = Date.now();
      const ping = request(`${this.address}/ping`, { agent: this.agent, timeout: 10_000, signal }, (answer) => {
        const answered = Date.now();
        answer.resume();
        const date = Date.parse(answer.headers.date ?? "");
        resolve(Number.isNaN(date) ? null : readClock(asked, answered, date, 1000));
      });
      ping.once("timeout", () => ping.destroy());
      ping.once("error", () => resolve(null));
      ping.end();
    });
  }

  /**
   * Writes points with times in nanoseconds. Tried again where the network fails: the same point twice is one point.
   * @throws AffinityError TELEMETRY_WRITE_REFUSED where the server refuses these points and would do so again;
   * TELEMETRY_UNREACHABLE, _CERTIFICATE, _LOGIN_FAILED, _DATABASE_NOT_FOUND, _TIMEOUT
   */
  async write(points: readonly InfluxPoint[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { retentionPolicy } = this.settings;
    try {
      await this.policy.execute(
        () =>
          this.database.writePoints(
            points.map(({ measurement, tags, fields, timestamp }) => ({
              ...{ measurement, tags: { ...tags }, fields: { ...fields }, timestamp: String(timestamp) },
            })),
            { precision: "n", ...(retentionPolicy !== undefined && { retentionPolicy }) },
          ),
        signal,
      );
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw writeFailure(error, this.settings, this.address);
    }
  }

  close(): void {
    this.agent.destroy();
  }
}

/** @throws StatementError, and SyntaxError for what is no answer of InfluxDB's */
function seriesOf(answer: unknown): readonly InfluxSeries[] {
  const statements = (answer as { results?: readonly Statement[] } | null)?.results;
  if (!Array.isArray(statements)) throw new SyntaxError("the answer is not that of an InfluxDB");
  return (statements as readonly Statement[]).flatMap((statement) => {
    if (statement.error !== undefined) throw new StatementError(statement.error);
    const series = statement.series ?? [];
    if (series.some((each) => each.partial)) throw new StatementError("the answer was cut short by max-row-limit");
    return series;
  });
}

function readAuthority(file: string): string {
  try {
    const pem = readFileSync(file, "utf8");
    // TLS itself would pass over a file without a certificate, and refuse every server.
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    throw new AffinityError({
      code: "SETTINGS_INVALID",
      message: `influx.caFile ${file} can't be read`,
      hint: "give the PEM file of the authority that signed InfluxDB's certificate",
      cause,
    });
  }
}

const NO_BACKOFF = { getDelay: () => 0, next: () => NO_BACKOFF, reset: () => NO_BACKOFF };
