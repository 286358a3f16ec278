import type { Parameter, Reference, Tree } from "./values";

/** One method of one managed object. */
export interface VimCall {
  readonly method: string;
  readonly self: Reference;
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly signal?: AbortSignal;
}

/**
 * How calls reach a vCenter. SOAP is the one that every version speaks; VI JSON (vCenter 8.0 U1 and newer) would be
 * another implementation. A transport keeps the session's token, bounds time and size, and never repeats a call.
 */
export interface VimTransport {
  /**
   * Gives the method's return value.
   * @throws VimFault where the vCenter answered with a fault, TransportError where there was no answer to use.
   */
  invoke(call: VimCall): Promise<Tree>;
  close(): Promise<void>;
}
