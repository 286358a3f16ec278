import type { Fault, Target } from "./draw";
import { type Exchange, faultAnswer, type Proxy } from "./proxy";

export interface Injection {
  /** Whether the fault struck: a run may end before the request that it was meant for. */
  struck: boolean;
}

/** Sets the proxy up to do the fault; `kill` ends the actor at once. */
export function inject(proxy: Proxy, fault: Fault, anyVm: string, kill: () => void): Injection {
  const injection: Injection = { struck: false };
  if (!("at" in fault)) return injection;
  let matching = 0;
  let left = fault.at.times;
  proxy.treatment = async (exchange) => {
    if (!isAimedAt(exchange, fault.at) || ++matching < fault.at.number || left === 0) {
      return exchange.relay(await exchange.forward());
    }
    left--;
    injection.struck = true;
    await strike(exchange, fault, anyVm, kill);
  };
  return injection;
}

const isAimedAt = ({ method }: Exchange, target: Target) => target.method === null || method === target.method;

async function strike(
  exchange: Exchange,
  fault: Extract<Fault, { at: Target }>,
  anyVm: string,
  kill: () => void,
): Promise<void> {
  switch (fault.kind) {
    case "method-fault":
      return exchange.relay(faultAnswer(fault.fault));
    case "delay":
      await sleep(fault.milliseconds);
      return exchange.relay(await exchange.forward());
    case "dropped-before":
      return exchange.drop();
    case "unavailable":
      return exchange.relay({ status: 503, headers: {}, body: "starting" });
    case "answer-lost":
      await exchange.forward();
      return exchange.drop();
    case "answer-cut": {
      const answer = await exchange.forward();
      return exchange.relay({ ...answer, body: answer.body.slice(0, answer.body.length / 2) });
    }
    case "session-expired":
      // The simulator's own answer to a session that it doesn't know.
      return exchange.relay(await exchange.forward({ cookie: 'vmware_soap_session="gone"', body: exchange.body }));
    case "task-fails":
      return exchange.relay(await failedTask(exchange, anyVm));
    case "kill-before":
      kill();
      return exchange.drop();
    case "kill-after-effect":
      await exchange.forward();
      await sleep(fault.milliseconds);
      kill();
      return exchange.drop();
    case "kill-after-answer":
      exchange.relay(await exchange.forward());
      await sleep(fault.milliseconds);
      return kill();
  }
}

/** A task that the simulator begins and that fails by itself: switching on what is on, in place of what was asked for. */
async function failedTask(exchange: Exchange, anyVm: string): Promise<Awaited<ReturnType<Exchange["forward"]>>> {
  const body = exchange.body.replace(
    /<soapenv:Body>[\s\S]*<\/soapenv:Body>/,
    `<soapenv:Body><PowerOnVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${anyVm}</_this></PowerOnVM_Task></soapenv:Body>`,
  );
  const answer = await exchange.forward({ body });
  return { ...answer, body: answer.body.replaceAll("PowerOnVM_TaskResponse", `${exchange.method}Response`) };
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
