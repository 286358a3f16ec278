import type { LoggedAction, Outcome } from "../../engine/journal";
import type { VcenterActions } from "../vsphere";
import { removeProbe } from "./probe";

type Settled = Pick<Outcome, "result" | "text">;
type Settle = (
  action: LoggedAction,
  actions: VcenterActions,
  cluster: string,
  signal?: AbortSignal,
) => Promise<Settled>;

const FOUND_SO: Settled = { result: "done", text: "found so by a later run" };
const FOUND_OTHERWISE: Settled = { result: "failed", text: "found otherwise by a later run" };
const isSo = (so: boolean) => (so ? FOUND_SO : FOUND_OTHERWISE);
const textOf = ({ detail }: LoggedAction, key: string): string | null =>
  typeof detail[key] === "string" ? detail[key] : null;

const pool: Settle = async ({ kind, subject, detail }, actions, _cluster, signal) => {
  const parent = String(detail.parent);
  const found = await actions.pools.find(parent, subject, signal);
  if (kind === "remove-pool") return isSo(found === null);
  return isSo(found !== null && found.cpuMhz === detail.cpuMhz && found.memoryMib === detail.memoryMib);
};

const placeholder: Settle = async ({ kind, subject }, actions, cluster, signal) => {
  await actions.machines.settle(cluster, null, { signal });
  const found = await actions.machines.find(cluster, subject, signal);
  return isSo((found !== null) === (kind === "create-placeholder"));
};

/** A shadow request has no life beyond its run: what is left of it goes. */
const probe: Settle = async (action, actions, cluster, signal) => {
  const removed = await removeProbe(actions, cluster, action.subject, textOf(action, "template"), undefined, signal);
  const text = removed ? "cut short; a later run removed the probe" : "cut short; a later run found no probe";
  return { result: "failed", text };
};

/** How to find out what became of a preparation's actions, by kind. */
export const PREPARATION_SETTLERS: Readonly<Record<string, Settle>> = {
  "create-pool": pool,
  "edit-pool": pool,
  "remove-pool": pool,
  "create-placeholder": placeholder,
  "remove-placeholder": placeholder,
  probe,
};
