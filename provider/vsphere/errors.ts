import { AffinityError, type AffinityErrorDetails } from "../../engine/errors";
import type { Tree } from "./values";

/** No usable answer came. What may be done about it depends on how far the request got. */
export class TransportError extends AffinityError {
  /** The same request may well succeed a moment later. */
  readonly transient: boolean;
  /** The request provably never left: no connection was made. */
  readonly neverLeft: boolean;
  /** HTTP status, where there was one. */
  readonly status: number | null;

  constructor(details: AffinityErrorDetails & { transient?: boolean; neverLeft?: boolean; status?: number }) {
    super(details);
    this.transient = details.transient ?? false;
    this.neverLeft = details.neverLeft ?? false;
    this.status = details.status ?? null;
  }
}

/** The vCenter understood the call and refused it. */
export class VimFault extends AffinityError {
  constructor(
    readonly method: string,
    /** The fault's type, such as InvalidArgument. */
    readonly fault: string,
    readonly detail: Tree,
    message: string,
  ) {
    super({
      code: "VCENTER_FAULT",
      message: `vCenter refused ${method}: ${fault}${message ? ` (${message})` : ""}`,
      hint: HINTS[fault],
    });
  }
}

const HINTS: Readonly<Record<string, string>> = {
  NoPermission: "the user lacks a privilege there; `vsphere-affinity doctor` lists the ones needed",
  ManagedObjectNotFound: "the object has been removed since the inventory was read; plan anew",
  InsufficientCpuResourcesFault: "the cluster's CPU is reserved already; reserve less, or on fewer hosts",
  InsufficientMemoryResourcesFault: "the cluster's memory is reserved already; reserve less, or on fewer hosts",
  InvalidArgument: "the object may have changed, or the name may be taken; plan anew",
};

/** Whether the call failed for want of a session, and so did nothing. */
export function isSessionExpired(error: unknown): boolean {
  if (!(error instanceof VimFault)) return false;
  return error.fault === "NotAuthenticated" || error.fault === "SessionViewLost";
}
