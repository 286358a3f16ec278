import { createRequire } from "node:module";
import { sep } from "node:path";
import type * as Check from "../../../provider/placement/check";
import type * as Lifecycle from "../../../provider/placement/lifecycle";

export type Provider = Pick<typeof Check, "checkPlacement"> &
  Pick<typeof Lifecycle, "diffPlacement" | "readPlacement" | "recordPlacement" | "releasePlacement">;

/** The provider as a new process has it: nothing is remembered of earlier checks. */
export function startProvider(): Provider {
  const require = createRequire(__filename);
  const folder = `${sep}provider${sep}placement${sep}`;
  for (const file of Object.keys(require.cache)) {
    if (file.includes(folder) && !file.includes(`${sep}test${sep}`)) Reflect.deleteProperty(require.cache, file);
  }
  return {
    ...(require("../../../provider/placement/check") as typeof Check),
    ...(require("../../../provider/placement/lifecycle") as typeof Lifecycle),
  };
}
