import { z } from "zod";
import type { VirtualMachine } from "../../snapshot";
import { validate } from "../../validate";
import { flowSchema } from "../propagation";
import { readRecords } from "./records";

const flowRecordSchema = flowSchema.extend({
  at: z.number().int().nonnegative().describe("Epoch seconds: when the interval ended"),
});
export type FlowRecord = z.infer<typeof flowRecordSchema>;

/**
 * Network flows of a file, by the end of their interval: CSV with a header, or a JSON object a line; packed by gzip or
 * not. VMs by id or by name; a name that several VMs have stays as it is and so is nobody's.
 * @throws AffinityError FLOWS_INVALID listing every bad row; RECORDS_UNREADABLE
 */
export async function readFlows(path: string, machines: readonly VirtualMachine[]): Promise<FlowRecord[]> {
  const rows = validate(z.array(flowRecordSchema), await readRecords(path), {
    code: "FLOWS_INVALID",
    subject: `the flows "${path}"`,
    hint: "each needs from and to (id or name of a VM), kilobytes, seconds and at (when the interval ended: epoch seconds or ISO 8601)",
  });
  const idOf = new Map<string, string | null>();
  for (const { id, name } of machines) idOf.set(name, idOf.has(name) ? null : id);
  for (const { id } of machines) idOf.set(id, id);
  const resolve = (name: string) => idOf.get(name) ?? name;
  return rows
    .map((row) => ({ ...row, from: resolve(row.from), to: resolve(row.to) }))
    .sort((a, b) => a.at - b.at || compare(a.from, b.from) || compare(a.to, b.to));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
