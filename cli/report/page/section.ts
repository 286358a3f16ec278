import type { ReportInput } from "../input";
import type { Html } from "./html";

/** One part of the report: one file in `sections/`, registered in `sections/index.ts`. */
export interface ReportSection {
  /** The anchor; part of links that people keep. */
  readonly id: string;
  readonly title: string;
  /** In the list of sections, where the title is long. */
  readonly short?: string;
  /** A sentence where the data are unknown, never an empty chart. */
  render(input: ReportInput): Html;
}
