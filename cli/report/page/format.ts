/** `fine`: shares below a tenth get more digits, since probabilities are small. */
export function share(value: number | null | undefined, { fine = false } = {}): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "unknown";
  if (!fine) return `${Math.round(100 * value)} %`;
  if (value === 0) return "0 %";
  if (value < 0.0001) return "< 0.01 %";
  return `${(100 * value).toFixed(value < 0.1 ? 2 : 0)} %`;
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${(seconds / 60).toFixed(seconds < 600 ? 1 : 0)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** 2026-03-02 06:00 UTC */
export const instant = (epochSeconds: number): string =>
  `${new Date(epochSeconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Mon 06:00, UTC */
export function hourOf(epochSeconds: number): string {
  const date = new Date(epochSeconds * 1000);
  return `${DAYS[date.getUTCDay()]} ${date.toISOString().slice(11, 16)}`;
}

export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

export const megahertz = (value: number): string => `${(value / 1000).toFixed(1)} GHz`;

/** "hostRisk" as "host risk". */
export const words = (name: string): string => name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();

/** Names without the domain that all of them share. */
export function shortener(domain: string): (text: string) => string {
  return (text) => (domain ? text.replaceAll(domain, "") : text);
}
