/** Of one window of preparation, epoch seconds. */
export interface PreparedWindow {
  readonly since: number;
  readonly until: number;
}

export interface WindowChoice {
  /** null: nothing is to be prepared, and what is there goes. */
  readonly window: PreparedWindow | null;
  readonly because: "likely" | "window not over" | "unlikely";
}

/**
 * Whether hosts are prepared at `asOf`, and until when: while a request is likely, and to the end of the window that was
 * promised to it. A window is moved on only when half of it is over, so that two runs in a row agree.
 */
export function chooseWindow(
  likely: boolean,
  before: PreparedWindow | null,
  asOf: number,
  seconds: number,
): WindowChoice {
  const inForce = before !== null && asOf < before.until ? before : null;
  if (!likely) {
    return inForce ? { window: inForce, because: "window not over" } : { window: null, because: "unlikely" };
  }
  if (inForce && inForce.until - asOf >= seconds / 2) return { window: inForce, because: "likely" };
  return { window: { since: inForce?.since ?? asOf, until: asOf + seconds }, because: "likely" };
}
