import { homedir } from "node:os";
import { join } from "node:path";

/** Where downloads and builds of this package are kept, outside of any project. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-vsphere-affinity");
}
