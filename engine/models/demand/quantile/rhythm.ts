const DAY = 86_400;
const HOUR = 3600;

/** The time axis that a forecaster works on: how long a slot is, and how far it looks ahead. */
export interface Rhythm {
  readonly stepSeconds: number;
  /** Slots forecast. */
  readonly horizon: number;
  readonly slotsPerDay: number;
  /** Slots between the past instants at which the simple forecasts are judged: an hour's worth, at least one. */
  readonly stride: number;
}

/** Lead times are judged in this many groups: what is best for the next minutes isn't for tomorrow. */
export const LEAD_GROUPS = 4;

/**
 * @param horizon slots ahead, at most a day's worth: the same slot of yesterday must be known
 * @throws RangeError where a day isn't a whole number of steps, or the horizon isn't between 1 and a day
 */
export function rhythmOf(stepSeconds: number, horizon: number): Rhythm {
  const slotsPerDay = DAY / stepSeconds;
  if (!Number.isInteger(slotsPerDay)) throw new RangeError(`a day isn't a whole number of steps of ${stepSeconds} s`);
  if (!(Number.isInteger(horizon) && horizon >= 1 && horizon <= slotsPerDay))
    throw new RangeError(`a horizon of ${horizon} slots isn't between 1 and ${slotsPerDay}, a day's worth`);
  return { stepSeconds, horizon, slotsPerDay, stride: Math.max(1, Math.round(HOUR / stepSeconds)) };
}

export const leadGroupOf = ({ horizon }: Rhythm, lead: number): number => Math.floor((lead * LEAD_GROUPS) / horizon);

/** Slots of the week before the origin, on which a forecast's scale and features rest. */
export const contextSlots = ({ slotsPerDay }: Rhythm): number => 7 * slotsPerDay;

/** Slots of history that a forecast can make use of: two weeks. */
export const usefulSlots = ({ slotsPerDay }: Rhythm): number => 14 * slotsPerDay;
