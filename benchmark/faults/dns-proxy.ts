import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A message to the DNS server as the proxy saw it: length and all. */
export interface DnsSeen {
  /** From 1, in the order of arrival; `ofUpdates`: among the updates, 0 for a question. */
  readonly index: number;
  readonly ofUpdates: number;
  readonly message: Buffer;
}

export interface DnsExchange extends DnsSeen {
  /** Passes the message on (or `changed` in its place), and gives the server's answer; relays nothing. */
  forward(changed?: Buffer): Promise<Buffer>;
  relay(answer: Buffer): void;
  drop(): void;
}

const OPCODE_UPDATE = 5;
const isUpdate = (message: Buffer): boolean => ((message.readUInt8(4) >> 3) & 0xf) === OPCODE_UPDATE;

/** A proxy before the DNS server, over TCP as the product asks: one message a connection. */
export class DnsProxy {
  treatment: ((exchange: DnsExchange) => Promise<void>) | null = null;
  /** Told of every message before it is treated, and of every one that the server answered; waited for. */
  onSeen: (seen: DnsSeen) => void = () => undefined;
  onForwarded: (seen: DnsSeen, answer: Buffer) => Promise<void> = () => Promise.resolve();
  private seen = 0;
  private updates = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(private readonly upstream: string) {
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => this.sockets.delete(socket));
      void readMessage(socket).then((message) => message && this.treat(socket, message));
    });
  }

  static async start(upstream: string): Promise<DnsProxy> {
    const proxy = new DnsProxy(upstream);
    await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Forgets the case before. */
  reset(): void {
    this.treatment = null;
    this.onSeen = () => undefined;
    this.onForwarded = () => Promise.resolve();
    [this.seen, this.updates] = [0, 0];
  }

  stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private async treat(socket: Socket, message: Buffer): Promise<void> {
    const update = isUpdate(message);
    if (update) this.updates++;
    const seen: DnsSeen = { index: ++this.seen, ofUpdates: update ? this.updates : 0, message };
    this.onSeen(seen);
    const exchange: DnsExchange = {
      ...seen,
      forward: async (changed) => {
        const answer = await this.pass(changed ?? message);
        if (changed === undefined) await this.onForwarded(seen, answer);
        return answer;
      },
      relay: (answer) => void socket.end(answer),
      drop: () => void socket.destroy(),
    };
    try {
      if (this.treatment) await this.treatment(exchange);
      else exchange.relay(await exchange.forward());
    } catch {
      exchange.drop();
    }
  }

  private async pass(message: Buffer): Promise<Buffer> {
    const [host, port] = this.upstream.split(":");
    const socket = connect({ host, port: Number(port) });
    socket.on("error", () => undefined);
    try {
      socket.write(message);
      const answer = await readMessage(socket);
      if (answer === null) throw new Error("the DNS server gave no answer");
      return answer;
    } finally {
      socket.destroy();
    }
  }
}

/** A message with its two bytes of length before; null where the connection ends sooner. */
function readMessage(socket: Socket): Promise<Buffer | null> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) resolve(received);
    });
    socket.once("close", () => resolve(null));
  });
}

/** The answer to a message that refuses it (RCODE 5), signed by nobody. */
export function refusal(message: Buffer): Buffer {
  const answer = Buffer.alloc(14);
  answer.writeUInt16BE(12, 0);
  message.copy(answer, 2, 2, 4);
  answer.writeUInt8(0x80 | message.readUInt8(4), 4);
  answer.writeUInt8(5, 5);
  return answer;
}
