import { readFileSync } from "node:fs";

export interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly to: string | null;
  /** Key of the vCenter's scheduled task that did it; null where we did it ourselves. */
  readonly task: string | null;
  result: string | null;
}

/** The action log, read without the product's code: whole lines only, in the order of the intents. */
export function readLog(path: string): Entry[] {
  let content = "";
  try {
    content = readFileSync(path, "utf8");
  } catch {
    return [];
  }
  const entries = new Map<string, Entry>();
  for (const line of content.split("\n")) {
    if (line.trim() === "") continue;
    let object: { intent?: Record<string, unknown>; outcome?: Record<string, unknown> };
    try {
      object = JSON.parse(line) as typeof object;
    } catch {
      continue;
    }
    if (object.intent) {
      const { id, kind, subject, detail } = object.intent as {
        id: string;
        kind: string;
        subject: string;
        detail: { to?: string; task?: string };
      };
      entries.set(id, { id, kind, subject, to: detail.to ?? null, task: detail.task ?? null, result: null });
    } else if (object.outcome) {
      const entry = entries.get(String(object.outcome.id));
      if (entry) entry.result = String(object.outcome.result);
    }
  }
  return [...entries.values()];
}
