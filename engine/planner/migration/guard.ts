/** Something that moves by itself, from where it is to `to`. */
export interface Relocation {
  readonly unit: number;
  readonly from: number;
  readonly to: number;
  /** A stop on the way to its target. */
  readonly temporary: boolean;
}

/**
 * What must hold while things move. A unit in flight counts on both hosts: it arrives with `start` and leaves with
 * `finish`. `bundled` units start together with
 * all the others that a rule keeps with them.
 */
export interface Guard {
  fits(unit: number, to: number, bundled: boolean): boolean;
  /** Units that would have to move with it for the rules that refuse it to stay kept. */
  companions?(unit: number, to: number): readonly number[];
  /** Why it doesn't fit: a sentence. */
  because(unit: number, to: number): string;
  start(unit: number, to: number): void;
  finish(unit: number, from: number, to: number): void;
  /** Undoes `start`. */
  cancel(unit: number, from: number, to: number): void;
  /** Undoes `finish`: it is in flight again. */
  reopen(unit: number, from: number, to: number): void;
}

/** How much may be in flight at once, beside what the guard says. */
export interface Admission {
  admits(moves: readonly Relocation[]): boolean;
  admit(moves: readonly Relocation[]): void;
  /** Forgets what was admitted: all of it has arrived. */
  clear(): void;
}
