import { AGGREGATES } from "./instances";

/**
 * A query whose text is made of this package's own words only: every name that comes from an inventory or a database
 * travels beside it as a bound parameter, so nothing has to be escaped and nothing can break out.
 */
export interface InfluxQuery {
  readonly text: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Measurement, field and tag names can't be bound: quoted as InfluxQL's scanner reads them. */
export function quoteIdentifier(name: string): string {
  if (name.includes("\0")) throw new RangeError("a name with a NUL character cannot be asked for in InfluxQL");
  return `"${name.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

export interface Selection {
  readonly measurement: string;
  readonly vcenter: string;
  /** All of the vCenter where absent. */
  readonly entities?: readonly string[];
  readonly instanceTags: readonly string[];
  /** Epoch seconds; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
}

/** The mean per slot, entity and aggregate, over whatever other tags the samples have; columns follow `fields`. */
export function meansQuery(selection: Selection, fields: readonly string[], step: number): InfluxQuery {
  const means = fields.map((field, i) => `mean(${quoteIdentifier(field)}) AS "mean${i}"`).join(", ");
  return select(means, selection, [`time(${step}s)`], " fill(none)");
}

/** The first or last sample per entity and aggregate. */
export function edgeQuery(selection: Selection, field: string, edge: "first" | "last"): InfluxQuery {
  return select(`${edge}(${quoteIdentifier(field)})`, selection, [], "");
}

/** The managed object ids that the measurements hold for a vCenter. */
export function entitiesQuery(measurements: readonly string[], vcenter: string): InfluxQuery {
  return {
    text: `SHOW TAG VALUES FROM ${measurements.map(quoteIdentifier).join(", ")} WITH KEY = "moid" WHERE "vcenter" = $vcenter`,
    parameters: { vcenter },
  };
}

function select(columns: string, selection: Selection, groups: readonly string[], end: string): InfluxQuery {
  const tags = selection.instanceTags.map(quoteIdentifier);
  const parameters: Record<string, string> = { vcenter: selection.vcenter };
  const conditions = [
    `time >= ${selection.from}s AND time < ${selection.to}s`,
    `"vcenter" = $vcenter`,
    ...tags.map((tag) => `(${AGGREGATES.map((value) => `${tag} = '${value}'`).join(" OR ")})`),
  ];
  if (selection.entities) {
    const names = selection.entities.map((entity, i) => {
      parameters[`moid${i}`] = entity;
      return `"moid" = $moid${i}`;
    });
    conditions.push(`(${names.join(" OR ")})`);
  }
  const from = quoteIdentifier(selection.measurement);
  const by = [...groups, `"moid"`, ...tags].join(", ");
  return { text: `SELECT ${columns} FROM ${from} WHERE ${conditions.join(" AND ")} GROUP BY ${by}${end}`, parameters };
}
