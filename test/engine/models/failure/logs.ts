import { type HostEvent, type HostPlace, hostEventLog } from "../../../../engine/models/failure";
import { createRandom } from "../../../../engine/random";

export const DAY = 86_400;

export const placesOfRacks = (racks: number, perRack: number): HostPlace[] =>
  Array.from({ length: racks * perRack }, (_, row) => {
    const rack = Math.floor(row / perRack);
    return { id: `h${row}`, site: "s", group: `rack ${rack}`, number: row % perRack };
  });

/** Racks whose hosts fail alone now and then, and now and then most of a rack within minutes. */
export function burstyLog(seed: number, days: number, racks = 4, perRack = 6) {
  const random = createRandom(seed, "bursts");
  const places = placesOfRacks(racks, perRack);
  const events: HostEvent[] = [];
  const fail = (row: number, at: number) =>
    events.push({ host: `h${row}`, kind: "failure", at, until: at + 1800, cause: "hardware" });
  for (let day = 0; day < days; day++) {
    places.forEach((_, row) => random.uniform() < 0.02 && fail(row, (day + random.uniform()) * DAY));
    if (random.uniform() > 0.5) continue;
    const rack = random.integer(racks);
    const start = (day + random.uniform()) * DAY;
    for (let k = 0; k < perRack; k++) if (random.uniform() < 0.9) fail(rack * perRack + k, start + random.integer(900));
  }
  return hostEventLog(places, events);
}

/** Hosts of which the first few fail ten times as often as the others. */
export function lemonLog(seed: number, days: number, hosts = 40, lemons = 5) {
  const random = createRandom(seed, "lemons");
  const events: HostEvent[] = [];
  for (let day = 0; day < days; day++)
    for (let row = 0; row < hosts; row++)
      if (random.uniform() < (row < lemons ? 0.1 : 0.01))
        events.push({
          ...{ host: `h${row}`, kind: "haRestart", cause: "unknown", until: null },
          at: (day + random.uniform()) * DAY,
        });
  return hostEventLog(placesOfRacks(1, hosts), events);
}
