import { readFile } from "node:fs/promises";

/** What this package reads of Pulumi's engine events (`apitype.EngineEvent`). */
export interface EngineEvent {
  readonly diagnosticEvent?: { readonly urn?: string; readonly message: string; readonly severity: string };
  readonly policyEvent?: {
    readonly resourceUrn?: string;
    readonly message: string;
    readonly policyName: string;
    readonly policyPackName: string;
    readonly enforcementLevel: string;
  };
}

/** The events of a run, as `--event-log` wrote them; none where there is no log. */
export async function readEvents(path: string): Promise<EngineEvent[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return [];
  }
  return text
    .split("\n")
    .filter(Boolean)
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as EngineEvent];
      } catch {
        // The last line may be cut off where the run was killed.
        return [];
      }
    });
}

/** Pulumi marks colours as `<{%reset%}>` in its events. */
export const withoutColours = (text: string): string => text.replace(/<\{%[^%]*%\}>/g, "").trim();
