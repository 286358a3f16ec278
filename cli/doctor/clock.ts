import type { ClockReading } from "../../engine/telemetry/clock";
import type { Check } from "./check";

/** Samples and plans are told apart by minutes: a clock that is off by less changes nothing. */
const MOST_SECONDS = 60;

/** @param reading null: the server did not say */
export function clockCheck(whose: string, reading: ClockReading | null): Check {
  const name = `clock of ${whose}`;
  if (!reading)
    return { name, status: "warning", detail: "could not be read", next: "compare it by hand with this machine's" };
  const { skewSeconds: skew, uncertaintySeconds: uncertain } = reading;
  const off = Math.abs(skew);
  const detail = `${off.toFixed(off < 10 ? 1 : 0)} s ${skew < 0 ? "behind" : "ahead of"} this machine's, give or take ${uncertain.toFixed(1)} s`;
  if (off - uncertain <= MOST_SECONDS) return { name, status: "ok", detail };
  const next = "let both use the same time server: telemetry would look stale, or from the future";
  return { name, status: off - uncertain > 10 * MOST_SECONDS ? "error" : "warning", detail, next };
}
