/** Who asks: a name and password (InfluxDB 1.x), or a token (2.x). */
export type InfluxCredentials = { user: string; password: string } | { token: string };

/** The series of an InfluxQL statement's result, by the 1.x `/query` that InfluxDB 2 answers too. */
export async function influxQuery(
  url: string,
  statement: string,
  options: { database?: string; credentials?: InfluxCredentials } = {},
): Promise<{ name: string; columns: string[]; values: unknown[][] }[]> {
  const { database, credentials } = options;
  const response = await fetch(`${url}/query`, {
    method: "POST",
    body: new URLSearchParams({ q: statement, ...(database === undefined ? {} : { db: database }) }),
    headers: credentials ? { Authorization: authorization(credentials) } : {},
  });
  const answer = (await response.json()) as {
    error?: string;
    results?: { error?: string; series?: { name: string; columns: string[]; values: unknown[][] }[] }[];
  };
  const error = answer.error ?? answer.results?.find((result) => result.error)?.error;
  if (!response.ok || error) throw new Error(`InfluxDB answered ${response.status}: ${error ?? "no reason given"}`);
  return (answer.results ?? []).flatMap((result) => result.series ?? []);
}

function authorization(credentials: InfluxCredentials): string {
  if ("token" in credentials) return `Token ${credentials.token}`;
  return `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString("base64")}`;
}
