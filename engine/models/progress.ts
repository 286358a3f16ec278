/** For a progress bar: what is being done, and how far it is. */
export interface Progress {
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}
