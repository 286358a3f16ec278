import type { Model } from "../problem/model";
import type { ActiveConstraint, Constraint } from "./constraint";
import { compliance } from "./compliance";
import { cpuOvercommit } from "./cpu-overcommit";
import { datastoreCapacity, datastoreReachability } from "./datastores";
import { dependencies } from "./dependencies";
import { deviceCapacity, devicePins } from "./devices";
import { evc } from "./evc";
import { haAdmissionControl } from "./ha-admission-control";
import { allowedHosts, avoidedHosts, requiredHostTags } from "./host-choice";
import { hostRules } from "./host-rules";
import { hostSize } from "./host-size";
import { hostState } from "./host-state";
import { licenceCount, licenceHosts } from "./licences";
import { maxVmsPerHost } from "./max-vms-per-host";
import { maximumMoves } from "./maximum-moves";
import { memoryOvercommit } from "./memory-overcommit";
import { minimumSpread } from "./minimum-spread";
import { networkReachability } from "./network-reachability";
import { pinnedVms } from "./pinned";
import { recentDepartures } from "./recent-departures";
import { reservations } from "./reservations";
import { vmAffinity } from "./vm-affinity";
import { vmAntiAffinity } from "./vm-anti-affinity";
import { vmHostAffinity, vmHostAntiAffinity } from "./vm-host-groups";
import { zones } from "./zones";

/**
 * Every constraint there is. What a request states comes first: it is what a user can change first.
 *
 * Two facts of the snapshot have no module, since no choice of host changes them: a dependency rule (vmDependency) only
 * orders starts, and a resource pool with its reservation and limits spans the cluster, so that a VM stays in its pool
 * on every host. A pool can refuse to power a VM on: that is vCenter's to say, for a request names no pool.
 */
export const CONSTRAINTS: readonly Constraint[] = [
  allowedHosts,
  avoidedHosts,
  requiredHostTags,
  hostRules,
  licenceHosts,
  licenceCount,
  compliance,
  vmAffinity,
  vmAntiAffinity,
  zones,
  minimumSpread,
  dependencies,
  vmHostAffinity,
  vmHostAntiAffinity,
  deviceCapacity,
  devicePins,
  datastoreReachability,
  datastoreCapacity,
  networkReachability,
  evc,
  hostState,
  pinnedVms,
  hostSize,
  reservations,
  cpuOvercommit,
  memoryOvercommit,
  maxVmsPerHost,
  haAdmissionControl,
  recentDepartures,
  maximumMoves,
];

/** The constraints at work in this model, hard and soft, in the registry's order. */
export const compileConstraints = (model: Model): ActiveConstraint[] =>
  CONSTRAINTS.flatMap((constraint) => constraint.compile(model));
