/** The simulator's cluster. */
export const CLUSTER = "DC0_C0";
/** Of each VM, all of it reserved: a host of the simulator's 4 GB has room for four. */
export const RESERVED_MB = 960;
/** How long the product waits for an answer: more than the simulator takes on a busy machine. */
export const TIMEOUT_SECONDS = 6;
