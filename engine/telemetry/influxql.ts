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

/** The managed object ids that the measurements hold, of a vCenter or of all. */
export function entitiesQuery(measurements: readonly string[], vcenter: string | undefined): InfluxQuery {
  const { conditions, parameters } = whose(vcenter, undefined);
  const from = measurements.map(quoteIdentifier).join(", ");
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
  return { text: `SHOW TAG VALUES FROM ${from} WITH KEY = "moid"${where}`, parameters };
}

function select(columns: string, selection: Selection, groups: readonly string[], end: string): InfluxQuery {
  const tags = selection.instanceTags.map(quoteIdentifier);
  const { conditions, parameters } = whose(selection.vcenter, selection.entities);
  const where = [
    `time >= ${selection.from}s AND time < ${selection.to}s`,
    ...conditions,
    ...tags.map((tag) => `(${AGGREGATES.map((value) => `${tag} = '${value}'`).join(" OR ")})`),
  ].join(" AND ");
  const from = quoteIdentifier(selection.measurement);
  const by = [...groups, `"moid"`, ...tags].join(", ");
  return { text: `SELECT ${columns} FROM ${from} WHERE ${where} GROUP BY ${by}${end}`, parameters };
}

/** Raw samples to copy; times are epoch microseconds, `to` is exclusive. */
export interface RawSelection {
  readonly measurement: string;
  readonly vcenter: string | undefined;
  readonly entities: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** All samples of the fields, a series per tag set; columns follow `fields`. */
export function samplesQuery(selection: RawSelection, fields: readonly string[]): InfluxQuery {
  const { measurement, from, to } = selection;
  const { conditions, parameters } = whose(selection.vcenter, selection.entities);
  const where = [`time >= ${from}u AND time < ${to}u`, ...conditions].join(" AND ");
  const columns = fields.map(quoteIdentifier).join(", ");
  return { text: `SELECT ${columns} FROM ${quoteIdentifier(measurement)} WHERE ${where} GROUP BY *`, parameters };
}

/** The time of a field's first or last sample, of the entities or of all. */
export function edgeTimeQuery(
  selection: Pick<RawSelection, "measurement" | "vcenter"> & { readonly entities?: readonly string[] },
  field: string,
  edge: "first" | "last",
): InfluxQuery {
  const { conditions, parameters } = whose(selection.vcenter, selection.entities);
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
  const from = quoteIdentifier(selection.measurement);
  return { text: `SELECT ${edge}(${quoteIdentifier(field)}) FROM ${from}${where}`, parameters };
}

export function measurementsQuery(): InfluxQuery {
  return { text: "SHOW MEASUREMENTS", parameters: {} };
}

/** Name and type of a measurement's fields. */
export function fieldsQuery(measurement: string): InfluxQuery {
  return { text: `SHOW FIELD KEYS FROM ${quoteIdentifier(measurement)}`, parameters: {} };
}

/** Which vCenter and entities: conditions whose names are bound. */
function whose(
  vcenter: string | undefined,
  entities: readonly string[] | undefined,
): { conditions: string[]; parameters: Record<string, string> } {
  const conditions: string[] = [];
  const parameters: Record<string, string> = {};
  if (vcenter !== undefined) {
    parameters.vcenter = vcenter;
    conditions.push(`"vcenter" = $vcenter`);
  }
  if (entities) {
    const names = entities.map((entity, i) => {
      parameters[`moid${i}`] = entity;
      return `"moid" = $moid${i}`;
    });
    conditions.push(`(${names.join(" OR ")})`);
  }
  return { conditions, parameters };
}
