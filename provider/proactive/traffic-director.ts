/** Where a name leads clients now. */
export interface Targets {
  /** IPv4 and IPv6 addresses, sorted; empty where the name has none. */
  readonly addresses: readonly string[];
  /** How long clients may go on using an address that was taken away. */
  readonly ttlSeconds: number;
}

/** What sends clients to VMs: a DNS zone, a load balancer. One that can't be asked or told throws an AffinityError. */
export interface TrafficDirector {
  /** For messages and the log of actions; never a secret. */
  readonly name: string;
  /** @throws AffinityError where it can't be asked */
  targets(name: string, signal?: AbortSignal): Promise<Targets>;
  /**
   * Makes `name` lead to `wanted`, in one step: clients see the old addresses or the new ones.
   * @param expected what it was when that was decided
   * @throws AffinityError TRAFFIC_CHANGED, changing nothing, where it is no longer so
   */
  replace(name: string, expected: Targets, wanted: readonly string[], signal?: AbortSignal): Promise<void>;
}
