import { connect } from "node:net";
import { AffinityError } from "../../../engine/errors";

/** A DNS server's address; `name` is for messages. */
export interface DnsAddress {
  readonly host: string;
  readonly port: number;
  readonly name: string;
}

/** HOST, HOST:PORT, [IPv6]:PORT or a bare IPv6 address; port 53 where none is said. */
export function dnsAddress(server: string): DnsAddress {
  const match = /^\[(.+)\](?::(\d+))?$/.exec(server) ?? /^([^:]+)(?::(\d+))?$/.exec(server) ?? [server, server];
  const port = match[2] === undefined ? 53 : Number(match[2]);
  return { host: match[1], port, name: server };
}

/**
 * Sends a message over TCP, which updates need anyway where they are large, and gives the answer.
 * @throws AffinityError DNS_UNREACHABLE
 */
export async function exchange(
  { host, port, name }: DnsAddress,
  message: Buffer,
  { timeoutSeconds, signal }: { timeoutSeconds: number; signal?: AbortSignal },
): Promise<Buffer> {
  signal?.throwIfAborted();
  const socket = connect({ host, port });
  const timer = setTimeout(
    () => socket.destroy(new Error(`no answer within ${timeoutSeconds} s`)),
    timeoutSeconds * 1000,
  );
  const stop = () => socket.destroy(new Error("the run was ended"));
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    socket.write(Buffer.concat([length, message]));
    let received = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        return received.subarray(2, 2 + received.readUInt16BE(0));
      }
    }
    throw new Error("it closed the connection before it had answered");
  } catch (cause) {
    signal?.throwIfAborted();
    throw new AffinityError({
      code: "DNS_UNREACHABLE",
      message: `the DNS server ${name} can't be asked`,
      hint: "check dns.server, and that it takes TCP connections from here",
      cause,
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    socket.destroy();
  }
}
