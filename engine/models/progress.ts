/** For a progress bar: what is being done, and how far it is. */
export interface Progress {
  readonly what: string;
  readonly done: number;
  readonly total: number;
  /** While a plan is searched for: its cost so far, what no plan can cost less than (null: not known), its moves. */
  readonly best?: { readonly cost: number; readonly bound: number | null; readonly moves: number };
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}
