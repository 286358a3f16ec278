import { batches } from "./batches";
import { TooMuchAsked } from "./influx-errors";

/** What one query asks for: entities, and a span of time whose end is exclusive, in a unit of the caller's. */
export interface Part {
  readonly entities: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** A query that ran into its time limit is halved this often: each try takes as long as the limit. */
const HALVES_AFTER_TIMEOUT = 2;

/** Asks for a whole in parts, and for smaller ones from there on when the server refuses one as too much. */
export class Parts {
  /**
   * @param entities of one part, at most
   * @param span of one part, at most: a multiple of `grain`
   * @param grain the shortest span, at whose multiples (from the whole's start) a span may be cut
   */
  constructor(
    private entities: number,
    private span: number,
    private readonly grain: number,
  ) {}

  /** @throws whatever `ask` throws; a TooMuchAsked only where nothing smaller can be asked for */
  async ask(whole: Part, query: (part: Part) => Promise<void>): Promise<void> {
    await Promise.all([...this.split(whole)].map((part) => this.askOne(part, query, 0)));
  }

  private async askOne(part: Part, query: (part: Part) => Promise<void>, timeouts: number): Promise<void> {
    try {
      await query(part);
    } catch (error) {
      if (!(error instanceof TooMuchAsked) || !this.shrinkBelow(part, error.less)) throw error;
      const now = timeouts + (error.timedOut ? 1 : 0);
      if (now > HALVES_AFTER_TIMEOUT) throw error;
      for (const smaller of [...this.split(part)]) await this.askOne(smaller, query, now);
    }
  }

  /** To be taken as an array where a query runs between: the sizes may shrink meanwhile. */
  private *split({ entities, from, to }: Part): Generator<Part> {
    for (const names of batches(entities, this.entities)) {
      for (let start = from; start < to; start += this.span) {
        yield { entities: names, from: start, to: Math.min(to, start + this.span) };
      }
    }
  }

  /** Whether there is something smaller than this part. */
  private shrinkBelow({ entities, from, to }: Part, less: TooMuchAsked["less"]): boolean {
    if (less !== "time" && entities.length > 1) {
      this.entities = Math.min(this.entities, Math.ceil(entities.length / 2));
      return true;
    }
    const grains = Math.ceil((to - from) / this.grain);
    if (less === "entities" || grains === 1) return false;
    this.span = Math.min(this.span, Math.ceil(grains / 2) * this.grain);
    return true;
  }
}

/** Asks of all entities without naming them, and by their names only where that is too much to ask. */
export async function askOfAll(
  most: number,
  names: () => Promise<readonly string[]>,
  query: (entities?: readonly string[]) => Promise<void>,
): Promise<void> {
  try {
    await query();
  } catch (error) {
    if (!(error instanceof TooMuchAsked)) throw error;
    const parts = new Parts(most, 1, 1);
    await parts.ask({ entities: await names(), from: 0, to: 1 }, ({ entities }) => query(entities));
  }
}
