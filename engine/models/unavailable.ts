/** A trained model that doesn't serve, and what does in its place. */
export interface UnavailableModel {
  readonly name: string;
  readonly fallback: string;
  /** "absent" and "no better" are as it should be; of the others somebody must hear. */
  readonly reason: "absent" | "no better" | "damaged" | "withdrawn" | "stale";
  readonly because: string;
}

/** Whether somebody has to do something about it. */
export const isFailed = ({ reason }: Pick<UnavailableModel, "reason">): boolean =>
  reason !== "absent" && reason !== "no better";
