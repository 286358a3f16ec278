import { AffinityError } from "../engine/errors";
import { InfluxMirror } from "../engine/journal/influx-mirror";
import { JournalMirror } from "../engine/journal/mirror";
import type { Settings } from "./settings";

/** Longest that a run waits for the copy, seconds: the next one goes on where it ended. */
const PATIENCE_SECONDS = 5;
/** A server that doesn't answer is not asked again by this process for so long, milliseconds. */
const PAUSE_MS = 60_000;
let pausedUntil = 0;

/** What became of a copy; `failure` is null where all is copied, or nothing is to be. */
export interface Mirrored {
  readonly copied: number;
  readonly failure: AffinityError | null;
}

/**
 * Copies the journal to the InfluxDB that the settings name, if they name one. It holds up nothing and fails nothing: what
 * could not be copied is in the journal, and copied by a later run.
 */
export async function mirrorJournal(
  { journal, journalMirror }: Pick<Settings, "journal" | "journalMirror">,
  { patienceSeconds = PATIENCE_SECONDS, evenIfPaused = false } = {},
): Promise<Mirrored> {
  if (!journalMirror || (!evenIfPaused && performance.now() < pausedUntil)) return { copied: 0, failure: null };
  let target: InfluxMirror | null = null;
  try {
    target = new InfluxMirror({
      ...journalMirror,
      timeoutSeconds: Math.min(journalMirror.timeoutSeconds, patienceSeconds),
    });
    const stop = AbortSignal.timeout(patienceSeconds * 1000);
    return { copied: await new JournalMirror(journal, target).catchUp(stop), failure: null };
  } catch (error) {
    pausedUntil = performance.now() + PAUSE_MS;
    return { copied: 0, failure: error instanceof AffinityError ? error : unfinished(error, journalMirror.url) };
  } finally {
    target?.close();
  }
}

const unfinished = (cause: unknown, url: string): AffinityError =>
  new AffinityError({
    code: "JOURNAL_MIRROR_BEHIND",
    message: `the journal was not copied whole to ${new URL(url).origin} in the time there was`,
    hint: "the next run goes on where this one ended",
    cause,
  });
