import { randomInt } from "node:crypto";
import { isIP } from "node:net";
import * as packet from "dns-packet";
import { AffinityError } from "../../../engine/errors";
import type { DnsSettings } from "../../settings";
import type { Targets, TrafficDirector } from "../traffic-director";
import { type DnsAddress, dnsAddress, exchange } from "./exchange";
import { distrust, sign, type TsigKey } from "./tsig";

const QUERY = 0;
const UPDATE = 5 << 11;
const TYPES = ["A", "AAAA"] as const;
type AddressType = (typeof TYPES)[number];
/** The numbers of the types, for records without data, which the library encodes under no name. */
const EMPTY = { A: "UNKNOWN_1", AAAA: "UNKNOWN_28" } as const;

type DnsPacket = packet.DecodedPacket & { rcode?: string };

const typeOf = (address: string): AddressType => (isIP(address) === 6 ? "AAAA" : "A");
const ofType = (addresses: readonly string[], type: AddressType) => addresses.filter((item) => typeOf(item) === type);

/**
 * Addresses of a name in a zone that takes dynamic updates, signed with a shared key. The zone's primary server is asked
 * itself, not a resolver that remembers.
 *
 * Source: RFC 2136 (updates), RFC 8945 (signatures).
 */
export class DnsDirector implements TrafficDirector {
  readonly name: string;
  private readonly address: DnsAddress;
  private readonly key: TsigKey;

  /** @param now clock in epoch seconds */
  constructor(
    private readonly settings: DnsSettings,
    private readonly now: () => number,
  ) {
    this.address = dnsAddress(settings.server);
    this.name = `zone ${settings.zone} at ${settings.server}`;
    this.key = { name: settings.keyName, algorithm: settings.algorithm, secret: settings.secret };
  }

  /** @throws AffinityError DNS_UNREACHABLE, DNS_ANSWER_INVALID, DNS_REFUSED */
  async targets(name: string, signal?: AbortSignal): Promise<Targets> {
    const addresses: string[] = [];
    const ttls: number[] = [];
    for (const type of TYPES) {
      const question = { type: "query" as const, flags: QUERY, questions: [{ type, name: bare(name) }] };
      const answer = await this.ask(question, signal);
      if (answer.rcode === "NXDOMAIN") continue;
      this.accept(answer, name);
      for (const record of answer.answers ?? []) {
        if (record.type !== type || bare(record.name) !== bare(name)) continue;
        addresses.push(record.data);
        ttls.push(record.ttl ?? 0);
      }
    }
    return { addresses: addresses.sort(), ttlSeconds: Math.max(0, ...ttls) };
  }

  /** @throws AffinityError TRAFFIC_CHANGED, DNS_UNREACHABLE, DNS_ANSWER_INVALID, DNS_REFUSED */
  async replace(name: string, expected: Targets, wanted: readonly string[], signal?: AbortSignal): Promise<void> {
    const changed = TYPES.filter(
      (type) => ofType(expected.addresses, type).join() !== ofType(wanted, type).sort().join(),
    );
    if (changed.length === 0) return;
    const record = (type: AddressType, ttl: number) => (data: string) =>
      ({ type, name: bare(name), class: "IN", ttl, data }) as packet.Answer;
    const bareRecord = (type: AddressType, klass: "ANY") =>
      ({
        type: EMPTY[type],
        name: bare(name),
        class: klass,
        ttl: 0,
        data: Buffer.alloc(0),
      }) as unknown as packet.Answer;
    const answer = await this.ask(
      {
        type: "query",
        flags: UPDATE,
        questions: [{ type: "SOA", name: bare(this.settings.zone) }],
        // The sets must be as they were, or the server does nothing of it (RFC 2136, 2.4.2).
        answers: changed.flatMap((type) => ofType(expected.addresses, type).map(record(type, 0))),
        // All of the old set goes and the new one comes in the same transaction (3.4).
        authorities: changed.flatMap((type) => [
          bareRecord(type, "ANY"),
          ...ofType(wanted, type).map(record(type, expected.ttlSeconds)),
        ]),
      },
      signal,
      true,
    );
    if (["NXRRSET", "YXRRSET", "NXDOMAIN", "YXDOMAIN"].includes(answer.rcode ?? "")) throw this.changed(name);
    this.accept(answer, name);
  }

  private async ask(question: packet.Packet, signal?: AbortSignal, signed = false): Promise<DnsPacket> {
    const bytes = packet.encode({ ...question, id: randomInt(65536) });
    const now = this.now();
    const sealed = signed ? sign(bytes, this.key, now) : null;
    const { timeoutSeconds } = this.settings;
    const received = await exchange(this.address, sealed?.message ?? bytes, { timeoutSeconds, signal });
    const { answer, doubt } = this.read(received, sealed && { mac: sealed.mac, now });
    if (answer.id !== bytes.readUInt16BE(0) || answer.type !== "response")
      throw this.invalid("it answers another question");
    if (doubt?.refusal) throw this.refused(`the DNS server ${this.address.name} refuses the update: ${doubt.because}`);
    if (doubt && answer.rcode === "NOERROR") throw this.invalid(doubt.because);
    if (doubt) {
      const said = `${answer.rcode ?? "nothing"}, and ${doubt.because}`;
      throw this.refused(`the DNS server ${this.address.name} refuses the update: it answers ${said}`);
    }
    return answer;
  }

  private read(received: Buffer, sealed: { mac: Buffer; now: number } | null) {
    try {
      const answer = packet.decode(received) as DnsPacket;
      return { answer, doubt: sealed && distrust(received, this.key, sealed.mac, sealed.now) };
    } catch (cause) {
      throw this.invalid("it is no DNS message", cause);
    }
  }

  private accept({ rcode }: DnsPacket, name: string): void {
    if (rcode === "NOERROR") return;
    throw this.refused(`the DNS server ${this.address.name} answers ${rcode ?? "nothing"} for ${name}`);
  }

  private refused(message: string): AffinityError {
    const hint = `check dns.zone (${this.settings.zone}), keyName, algorithm and secret, and that the server lets this key update the zone`;
    return new AffinityError({ code: "DNS_REFUSED", message, hint });
  }

  private changed(name: string): AffinityError {
    const message = `somebody has changed the addresses of ${name} since they were read`;
    return new AffinityError({
      code: "TRAFFIC_CHANGED",
      message,
      hint: "nothing was done; the next run looks at them anew",
    });
  }

  private invalid(what: string, cause?: unknown): AffinityError {
    const message = `the answer of the DNS server ${this.address.name} can't be used: ${what}`;
    const hint = "see that dns.server is the zone's primary server, and that nothing stands between";
    return new AffinityError({ code: "DNS_ANSWER_INVALID", message, hint, cause });
  }
}

const bare = (name: string): string => name.toLowerCase().replace(/\.$/, "");
