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
  readonly summaryEvent?: { readonly isPreview?: boolean; readonly resourceChanges?: Readonly<Record<string, number>> };
}

/** Resources by what an update did with them; empty where it was none, or did not end. */
export function resourceChanges(events: readonly EngineEvent[]): Record<string, number> {
  const summary = events.findLast(({ summaryEvent }) => summaryEvent && !summaryEvent.isPreview)?.summaryEvent;
  return { ...summary?.resourceChanges };
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
