/** A VM behind a name, as far as sending clients there goes. */
export interface Target {
  readonly vm: string;
  readonly address: string;
  /** Probability that it fails within the horizon. */
  readonly risk: number;
  /** It runs, on a host that is there. */
  readonly running: boolean;
  /** It is no longer in the inventory. */
  readonly gone: boolean;
}

export interface RedirectQuestion {
  readonly targets: readonly Target[];
  /** What the name leads to now. */
  readonly addresses: readonly string[];
  /** Addresses that we took away ourselves. */
  readonly withdrawn: readonly string[];
  readonly needed: number;
  readonly riskThreshold: number;
}

export interface Redirection {
  /** What the name should lead to. */
  readonly addresses: readonly string[];
  readonly withdraw: readonly Target[];
  readonly restore: readonly Target[];
  /** VMs at risk whose address stays, with the reason. */
  readonly kept: readonly { readonly vm: string; readonly because: string }[];
}

/**
 * Which addresses a name should lead to: those of VMs at risk are taken away, the riskiest first, while a healthy VM and
 * as many as are needed are left; those that we took away come back when the VM is at risk no more. Addresses that others
 * put there or took away are theirs.
 */
export function redirectTraffic(question: RedirectQuestion): Redirection {
  const { targets, riskThreshold, needed } = question;
  const [present, withdrawn] = [new Set(question.addresses), new Set(question.withdrawn)];
  // A VM that was found at risk is so until it is well below: else an address comes and goes.
  const atRisk = ({ address, risk }: Target) => risk > riskThreshold * (withdrawn.has(address) ? 0.5 : 1);
  const ours = (target: Target) => withdrawn.has(target.address) && !present.has(target.address) && !target.gone;
  const usable = targets.filter((target) => present.has(target.address) || ours(target));
  const healthy = usable.filter((target) => target.running && !atRisk(target));
  const doubtful = usable.filter((target) => !healthy.includes(target)).sort(riskiestFirst);
  const avoided = doubtful.filter((target) => atRisk(target) || !present.has(target.address));
  // Whoever is sent nowhere is worse off than at a doubtful place: without a healthy VM nothing more is taken away.
  const candidates = healthy.length > 0 ? avoided : avoided.filter(({ address }) => !present.has(address));
  // One that doesn't run serves nobody, and is missed by nobody.
  let spare = Math.max(0, usable.filter(({ running }) => running).length - needed);
  const away = candidates.filter(({ running }) => !running || spare-- > 0);
  const withdraw = away.filter(({ address }) => present.has(address));
  const restore = usable.filter((target) => !present.has(target.address) && !away.includes(target));
  const kept = avoided
    .filter((target) => !away.includes(target) && atRisk(target))
    .map(({ vm }) => ({
      vm,
      because: healthy.length === 0 ? "no healthy VM is left to send clients to" : `${needed} are needed`,
    }));
  const gone = new Set(withdraw.map(({ address }) => address));
  const addresses = [
    ...question.addresses.filter((address) => !gone.has(address)),
    ...restore.map(({ address }) => address),
  ];
  return { addresses: addresses.sort(), withdraw, restore, kept };
}

const riskiestFirst = (a: Target, b: Target) => b.risk - a.risk || (a.vm < b.vm ? -1 : 1);
