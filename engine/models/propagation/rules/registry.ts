import { directDependency } from "./direct-dependency";
import type { PropagationRule } from "./rule";
import { spareCapacity } from "./spare-capacity";
import { tier } from "./tier";

/** Every rule, in the order of their application. */
export const PROPAGATION_RULES: readonly PropagationRule[] = [directDependency, tier, spareCapacity];
