import type { HostHardware } from "./hardware";
import type { Machine } from "./machines";
import type { CheckedOptions, TimeAxis } from "./options";

/** Everything that the snapshot and the telemetry are drawn from. */
export interface SyntheticWorld {
  readonly options: CheckedOptions;
  readonly axis: TimeAxis;
  readonly hosts: readonly HostHardware[];
  readonly machines: readonly Machine[];
  /** Index of each machine's host. */
  readonly hostOf: readonly number[];
}
