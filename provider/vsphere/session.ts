import { ExponentialBackoff, handleWhen, retry, type RetryPolicy } from "cockatiel";
import { AffinityError } from "../../engine/errors";
import type { VcenterSettings } from "../settings";
import { isSessionExpired, TransportError, VimFault } from "./errors";
import type { VimTransport } from "./transport";
import { kindOf, type Parameter, Reference, reference, text, type Tree } from "./values";

/** Calls `method` of `self` within the session. */
export type Invoke = (
  method: string,
  self: Reference,
  parameters?: Readonly<Record<string, Parameter>>,
) => Promise<Tree>;

/** The singletons of a vCenter, and what it says of itself. */
export interface ServiceContent {
  readonly tree: Tree;
  /** @throws AffinityError VCENTER_FAULT where this vCenter has no such service. */
  service(name: string): Reference;
}

export interface SessionOptions {
  /** Milliseconds before the first repetition; doubled for each further one. */
  readonly retryDelayMs?: number;
  /** Milliseconds between the calls that keep an idle session open. vCenter ends one after 30 minutes. */
  readonly keepAliveMs?: number;
}

const SERVICE_INSTANCE = new Reference("ServiceInstance", "ServiceInstance");
const ATTEMPTS = 3;

/**
 * A user's session with a vCenter: opened at the first call, kept open, opened anew (once for each piece of work) when
 * the vCenter has ended it. Reads are repeated after a failure that may pass; actions only where nothing was sent.
 */
export class VcenterSession {
  private login: Promise<void> | null = null;
  private serviceContent: ServiceContent | null = null;
  private sessionKey: string | null = null;
  private readonly reads: RetryPolicy;
  private readonly actions: RetryPolicy;
  private readonly keepAlive: NodeJS.Timeout;

  constructor(
    private readonly transport: VimTransport,
    private readonly settings: VcenterSettings,
    options: SessionOptions = {},
  ) {
    const backoff = new ExponentialBackoff({ initialDelay: options.retryDelayMs ?? 500, maxDelay: 10_000 });
    const policy = (repeatable: (error: TransportError) => boolean) =>
      retry(
        handleWhen((error) => error instanceof TransportError && error.transient && repeatable(error)),
        { maxAttempts: ATTEMPTS - 1, backoff },
      );
    this.reads = policy(() => true);
    this.actions = policy((error) => error.neverLeft);
    this.keepAlive = setInterval(() => void this.touch(), options.keepAliveMs ?? 10 * 60_000).unref();
  }

  /** Runs `work`, which only reads, and repeats it as a whole where that may help. */
  read<T>(work: (invoke: Invoke, content: ServiceContent) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.run(this.reads, work, signal);
  }

  /** Runs `work`, which changes something: one call, repeated only if it provably never left or had no session. */
  act<T>(work: (invoke: Invoke, content: ServiceContent) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.run(this.actions, work, signal);
  }

  /** The key of the open session, for questions about one's own privileges. */
  key(): string {
    return this.sessionKey ?? "";
  }

  /** Logs out, as far as that is possible, and closes the connections. */
  async close(): Promise<void> {
    clearInterval(this.keepAlive);
    const content = this.serviceContent;
    if (this.login && content) {
      this.login = null;
      // A session that can't be closed now ends by itself after its idle time.
      await this.transport
        .invoke({ method: "Logout", self: content.service("sessionManager"), signal: AbortSignal.timeout(5000) })
        .catch(() => undefined);
    }
    await this.transport.close();
  }

  private async run<T>(
    policy: RetryPolicy,
    work: (invoke: Invoke, content: ServiceContent) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const invoke: Invoke = (method, self, parameters) => this.transport.invoke({ method, self, parameters, signal });
    const attempt = async () => {
      const login = this.open(signal);
      await login;
      try {
        return await policy.execute(() => work(invoke, this.serviceContent!), signal);
      } catch (error) {
        // Several pieces of work may find the session gone at once: the first to do so drops it.
        if (isSessionExpired(error) && this.login === login) this.login = null;
        throw error;
      }
    };
    try {
      return await attempt();
    } catch (error) {
      if (!isSessionExpired(error)) throw error;
      return await attempt();
    }
  }

  private open(signal?: AbortSignal): Promise<void> {
    if (this.login) return this.login;
    const login = this.reads.execute(() => this.logIn(signal), signal);
    this.login = login;
    login.catch(() => {
      if (this.login === login) this.login = null;
    });
    return login;
  }

  private async logIn(signal?: AbortSignal): Promise<void> {
    this.serviceContent ??= await this.retrieveContent(signal);
    try {
      const session = await this.transport.invoke({
        method: "Login",
        self: this.serviceContent.service("sessionManager"),
        parameters: { userName: this.settings.user, password: this.settings.password },
        signal,
      });
      this.sessionKey = text(session, "key");
    } catch (error) {
      if (!(error instanceof VimFault)) throw error;
      throw new AffinityError({
        code: "VCENTER_LOGIN_FAILED",
        message: `${this.settings.server} refuses the login of "${this.settings.user}"`,
        hint:
          error.fault === "InvalidLogin"
            ? "see that vcenter.user (with its domain, such as name@vsphere.local) and vcenter.password are right"
            : "see that the user may log in to this vCenter",
        cause: error,
      });
    }
  }

  private async retrieveContent(signal?: AbortSignal): Promise<ServiceContent> {
    const tree = await this.transport.invoke({
      method: "RetrieveServiceContent",
      self: SERVICE_INSTANCE,
      parameters: {},
      signal,
    });
    const kind = text(tree, "about", "apiType");
    if (kind !== "VirtualCenter") {
      throw new AffinityError({
        code: "VCENTER_ANSWER_INVALID",
        message: `${this.settings.server} is not a vCenter${kind === "HostAgent" ? " but an ESXi host" : ""}`,
        hint: "give the address of the vCenter that manages the cluster",
      });
    }
    return {
      tree,
      service: (name) => {
        const found = reference(tree, name);
        if (found) return found;
        throw new AffinityError({
          code: "VCENTER_FAULT",
          message: `${this.settings.server} has no ${name} (${kindOf(tree) ?? "ServiceContent"})`,
          hint: "this vCenter may be too old",
        });
      },
    };
  }

  private async touch(): Promise<void> {
    if (!this.login) return;
    // Whatever fails here fails again, and is dealt with, at the next call.
    await this.transport.invoke({ method: "CurrentTime", self: SERVICE_INSTANCE }).catch(() => undefined);
  }
}

export { SERVICE_INSTANCE };
