const KEPT = /^vsphere_(vm|host)_(cpu|mem),/;
const LINES_A_REQUEST = 5000;

/**
 * The simulator's Telegraf collects from now on, and a forecast wants a past. The rows that it did collect are written
 * again for every `step` of the `hours` before them, so that the databases hold what a longer run would have left.
 * @param lines Telegraf's line protocol, time stamps in nanoseconds
 * @param targets where /write takes line protocol, with the headers it wants
 */
export async function backfill(
  lines: string,
  targets: readonly { url: string; database: string; token?: string }[],
  { hours, stepSeconds }: { hours: number; stepSeconds: number },
): Promise<void> {
  const rows = lines.split("\n").filter((line) => KEPT.test(line));
  const newest = rows.reduce((last, row) => Math.max(last, timeOf(row)), 0);
  const collection = rows.filter((row) => timeOf(row) === newest);
  if (collection.length === 0) throw new Error("Telegraf wrote no CPU or memory row");
  const past: string[] = [];
  for (let ago = stepSeconds; ago <= hours * 3600; ago += stepSeconds) {
    for (const row of collection) past.push(`${row.slice(0, row.lastIndexOf(" "))} ${newest - ago}`);
  }
  for (const { url, database, token } of targets) {
    for (let from = 0; from < past.length; from += LINES_A_REQUEST) {
      const answer = await fetch(`${url}/write?db=${database}&precision=s`, {
        method: "POST",
        headers: token ? { authorization: `Token ${token}` } : {},
        body: past.slice(from, from + LINES_A_REQUEST).join("\n"),
      });
      if (!answer.ok) throw new Error(`${url} took no rows: ${answer.status} ${await answer.text()}`);
    }
  }
}

/** Epoch seconds of a row whose time stamp is in nanoseconds. */
function timeOf(row: string): number {
  return Math.floor(Number(row.slice(row.lastIndexOf(" ") + 1)) / 1e9);
}
