import { conflicts } from "../../models/interference";
import type { Assessment } from "../../models/assessment";
import type { Snapshot } from "../../snapshot";
import type { Plan } from "../plan";
import type { ScheduleRequest } from "./request";

/** What one threshold is held against. */
export interface ThresholdReading {
  readonly threshold: "risk" | "contention" | "affinity";
  readonly passed: boolean;
  /** What was found against what was asked for, in words. */
  readonly text: string;
}

/**
 * Each declared threshold against what the models say of the cluster as it is: one that is passed is a ground to move. What
 * nobody knows passes none, and is said.
 *
 * Source: seeds "Adaptive Resource Allocation via Predictive Failure Propagation" (risk), "Dynamic Resource Affinity &
 * Predictive Migration" (contention), "Dynamic Instance Affinity & Predictive Migration" (affinity).
 */
export function readThresholds(
  thresholds: ScheduleRequest["thresholds"],
  plan: Plan,
  assessment: Assessment,
  snapshot: Snapshot,
): ThresholdReading[] {
  const used = plan.hosts.filter(({ vms }) => vms.before > 0);
  const readings: ThresholdReading[] = [];
  const { risk, contention, affinity } = thresholds;
  if (risk !== undefined) {
    const worst = highest(used.map(({ name, failureProbability }) => ({ name, value: failureProbability })));
    readings.push({
      threshold: "risk",
      passed: worst !== null && worst.value >= risk,
      text: worst
        ? `the highest failure probability is ${percent(worst.value)} (${worst.name}), the threshold ${percent(risk)}`
        : "no host with VMs has a known failure probability",
    });
  }
  if (contention !== undefined) {
    const uses = used.flatMap(({ name, peakCpu, peakMemory }) =>
      [peakCpu.before, peakMemory.before].flatMap((value) => (value === null ? [] : [{ name, value }])),
    );
    const worst = highest(uses);
    readings.push({
      threshold: "contention",
      passed: worst !== null && worst.value >= 1 + contention,
      text: worst
        ? `the highest forecast use is ${percent(worst.value)} (${worst.name}), the threshold ${percent(1 + contention)}`
        : "no host's use is forecast",
    });
  }
  if (affinity !== undefined) readings.push(readAffinity(affinity, assessment, snapshot));
  return readings;
}

function readAffinity(threshold: number, assessment: Assessment, snapshot: Snapshot): ThresholdReading {
  const { interference, traffic, virtualMachines } = assessment;
  if (!interference)
    return { threshold: "affinity", passed: false, text: "no model says which VMs disturb each other" };
  const hostOf = new Map(snapshot.virtualMachines.map(({ id, host }) => [id, host]));
  const hosts = [...new Set(hostOf.values())];
  const at = virtualMachines.ids.map((id) => {
    const host = hostOf.get(id) ?? null;
    return host === null ? -1 : hosts.indexOf(host);
  });
  // Above every affinity there is: the worst pair is wanted where none is below the threshold as well.
  const [worst] = conflicts(interference, at, Infinity, traffic ?? null);
  if (!worst) return { threshold: "affinity", passed: false, text: "no host has two VMs" };
  const nameOf = new Map(snapshot.virtualMachines.map(({ id, name }) => [id, name]));
  const [a, b] = [worst.a, worst.b].map((row) => nameOf.get(virtualMachines.ids[row]) ?? virtualMachines.ids[row]);
  return {
    threshold: "affinity",
    passed: worst.affinity < threshold,
    text: `the lowest affinity of two VMs on one host is ${worst.affinity.toFixed(2)} (${a} and ${b}), the threshold ${threshold}`,
  };
}

function highest<T extends { readonly value: number }>(items: readonly T[]): T | null {
  return items.reduce<T | null>(
    (most, item) => (!Number.isFinite(item.value) || (most !== null && most.value >= item.value) ? most : item),
    null,
  );
}

const percent = (share: number): string => `${(100 * share).toFixed(Math.abs(share) < 0.1 ? 1 : 0)} %`;
