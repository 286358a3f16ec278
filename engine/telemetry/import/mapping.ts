import { z } from "zod";
import { METRICS, type Metric, type MetricId } from "../schema";

const metricIds = Object.keys(METRICS) as [MetricId, ...MetricId[]];
const column = z.string().min(1);

/** Which columns of a table hold what. */
export const columnMappingSchema = z.strictObject({
  time: column.describe("Column of the sample's time"),
  timeUnit: z
    .enum(["s", "ms", "us", "ns"])
    .default("s")
    .describe(
      "Of a time that is a number, since the epoch. A timestamp or a text such as 2026-01-31T08:00:00Z has none; without a zone it is UTC",
    ),
  id: column.describe("Column of the managed object id, or whatever the inventory has in its place"),
  name: column.optional().describe("Column of the VM's or host's name; the id where absent"),
  fields: z
    .record(
      column,
      z.union([
        z.enum(metricIds),
        z.string().regex(/^vsphere_(vm|host)_\w+\.\w+$/, "give a metric or measurement.field"),
      ]),
    )
    .refine((fields) => Object.keys(fields).length > 0, "map at least one column")
    .describe("Column to metric (in the metric's unit) or to Telegraf's measurement.field (in Telegraf's unit)"),
  scale: z
    .record(
      column,
      z.number().refine((value) => value !== 0, "a scale of 0 would make every value 0"),
    )
    .default({})
    .describe("What a column's values are multiplied by to be in that unit"),
});
/** As a user writes it. */
export type ColumnMapping = z.input<typeof columnMappingSchema>;
export type ParsedMapping = z.output<typeof columnMappingSchema>;

/** Where a column's values go: stored value = column's value * scale. */
export interface MappedColumn {
  readonly column: string;
  readonly kind: "vm" | "host";
  readonly measurement: string;
  readonly field: string;
  readonly instanceTags: readonly string[];
  readonly scale: number;
}

export function mappedColumns(mapping: ParsedMapping): MappedColumn[] {
  return Object.entries(mapping.fields).map(([name, target]) => {
    const scale = mapping.scale[name] ?? 1;
    const metric: Metric | undefined = METRICS[target as MetricId];
    if (metric) return { ...metric, column: name, scale: scale / metric.scale };
    const [measurement, field] = target.split(".");
    const relative = Object.values(METRICS).find((each) => each.measurement === measurement);
    const kind = measurement.startsWith("vsphere_host_") ? ("host" as const) : ("vm" as const);
    return { column: name, kind, measurement, field, instanceTags: relative?.instanceTags ?? [], scale };
  });
}
