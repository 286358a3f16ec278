/** A server's clock beside this machine's. */
export interface ClockReading {
  /** How far the server's is ahead; below 0: behind. */
  readonly skewSeconds: number;
  /** Half of the way there and back, and half a unit of what the server says: the skew is known no better. */
  readonly uncertaintySeconds: number;
}

/**
 * @param asked, answered this machine's clock in milliseconds, when the question left and the answer was there
 * @param server its clock in milliseconds, at some moment between
 * @param unitMs what its answer is rounded down to
 */
export function readClock(asked: number, answered: number, server: number, unitMs = 1): ClockReading {
  return {
    skewSeconds: (server + unitMs / 2 - (asked + answered) / 2) / 1000,
    uncertaintySeconds: ((answered - asked) / 2 + unitMs / 2) / 1000,
  };
}
