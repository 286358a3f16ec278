import type { Settings } from "../../provider/settings";
import type { Judge } from "./judge";
import type { Start } from "./start";

/** A part of what programs declare, as a case has it: how it stands when the case begins, and what must be so after it. */
export interface Scene<S extends Start = Start> {
  /** Settings over the world's. */
  settings(): Promise<Readonly<Record<string, unknown>>>;
  /** Takes away what a case before may have left. */
  clear(): Promise<void>;
  /** Puts the world where the case begins, and writes the declarations into its journal. */
  begin(start: S, settings: Settings): Promise<void>;
  /** Lets the judge see what doesn't go to the vCenter. */
  watch?(judge: Judge): void;
  /** What isn't as declared; null if all is. */
  unsettled(start: S): Promise<string | null>;
  /** What is there of ours and belongs to nothing declared. @param start null: the case is another scene's, and all of it is too much */
  orphans(start: S | null, judge: Judge): Promise<string[]>;
}
