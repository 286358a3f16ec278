import type { Lacking } from "../../models/assessment";

/** Gathers what the plan had to do without: one entry per fact, its subjects sorted, however often it was met. */
export class LackingFacts {
  private readonly entries = new Map<string, { what: string; fallback: string; subjects: Set<string> }>();

  constructor(known: readonly Lacking[] = []) {
    for (const entry of known) for (const subject of entry.subjects) this.add(entry.what, subject, entry.fallback);
  }

  add(what: string, subject: string, fallback: string): void {
    const key = `${what}\u0000${fallback}`;
    const entry = this.entries.get(key) ?? { what, fallback, subjects: new Set<string>() };
    entry.subjects.add(subject);
    this.entries.set(key, entry);
  }

  list(): Lacking[] {
    return [...this.entries.entries()]
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([, { what, fallback, subjects }]) => ({ what, subjects: [...subjects].sort(), fallback }));
  }
}
