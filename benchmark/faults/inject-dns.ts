import { TIMEOUT_SECONDS } from "./cluster";
import { type DnsExchange, type DnsProxy, refusal } from "./dns-proxy";
import type { DnsAim, DnsKill, DnsTrouble } from "./draw";
import type { Injection } from "./inject";

/** Sets the DNS server's proxy up to do the fault, once; `kill` ends the actor at once. */
export function injectDns(proxy: DnsProxy, how: DnsTrouble | DnsKill, aim: DnsAim, kill: () => void): Injection {
  const injection: Injection = { struck: false };
  proxy.treatment = async (exchange) => {
    const number = aim.updates ? exchange.ofUpdates : exchange.index;
    if (injection.struck || number !== aim.number) return exchange.relay(await exchange.forward());
    injection.struck = true;
    await strike(exchange, how, kill);
  };
  return injection;
}

async function strike(exchange: DnsExchange, how: DnsTrouble | DnsKill, kill: () => void): Promise<void> {
  const { message } = exchange;
  switch (how) {
    case "dropped":
      return exchange.drop();
    case "answer lost":
      await exchange.forward();
      return exchange.drop();
    case "answer cut": {
      const answer = await exchange.forward();
      return exchange.relay(answer.subarray(0, answer.length / 2));
    }
    case "refused":
      return exchange.relay(refusal(message));
    case "forged refusal":
      await exchange.forward();
      return exchange.relay(refusal(message));
    case "garbage":
      return exchange.relay(Buffer.from("\u0000\u0010not a DNS answer"));
    case "slow": {
      const answer = await exchange.forward();
      await new Promise((resolve) => setTimeout(resolve, 1000 * TIMEOUT_SECONDS + 500));
      return exchange.relay(answer);
    }
    case "tampered": {
      const changed = Buffer.from(message);
      // The last byte of what is asked: the server finds a wrong signature, or no such question.
      changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
      return exchange.relay(await exchange.forward(changed));
    }
    case "kill before":
      kill();
      return exchange.drop();
    case "kill after effect":
      await exchange.forward();
      kill();
      return exchange.drop();
    case "kill after answer":
      exchange.relay(await exchange.forward());
      return kill();
  }
}
