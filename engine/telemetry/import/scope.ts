import { METRICS } from "../schema";

export type Scope = "metrics" | "all";

const KNOWN = new Map<string, Set<string>>();
for (const { measurement, field } of Object.values(METRICS)) {
  KNOWN.set(measurement, (KNOWN.get(measurement) ?? new Set()).add(field));
}

export function measurementInScope(scope: Scope, measurement: string): boolean {
  return scope === "all" ? measurement.startsWith("vsphere_") : KNOWN.has(measurement);
}

export function fieldInScope(scope: Scope, measurement: string, field: string): boolean {
  return scope === "all" ? measurement.startsWith("vsphere_") : KNOWN.get(measurement)?.has(field) === true;
}
