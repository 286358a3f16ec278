import { writeFile } from "node:fs/promises";

/** What one request of the test's application used. */
export interface RequestSize {
  readonly cpuMhz?: number;
  readonly memoryMib?: number;
  readonly volumeMb?: number;
}

/**
 * Writes a history in which `backup` asks every five minutes for so many hours and then falls silent, and `idle` asked
 * twice long ago.
 * @param until epoch seconds of the last request
 */
export async function writeRequests(path: string, until: number, hours = 12, size: RequestSize = {}): Promise<void> {
  const lines: object[] = [];
  for (let start = until - hours * 3600; start <= until; start += 300) {
    lines.push({ start, end: start + 60, user: "anna", application: "backup", ...size });
  }
  for (const days of [3, 2]) {
    lines.push({ start: until - days * 86_400, end: null, user: "bert", application: "idle" });
  }
  await writeFile(path, lines.map((line) => JSON.stringify(line)).join("\n"));
}
