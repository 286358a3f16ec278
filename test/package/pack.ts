import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../cli/package-info";
import { temporaryFolder } from "../testbed";

/** What `npm pack` wrote. */
export interface Packed {
  /** Path of the tarball. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** Packs this build as a release would be, into a folder of its own. */
export async function pack(): Promise<Packed> {
  const folder = await temporaryFolder();
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const { stdout } = await promisify(execFile)("npm", args, { cwd: packageRoot(), env: npmEnvironment(process.env) });
  const [{ filename, size, files }] = JSON.parse(stdout) as [Omit<Packed, "path"> & { filename: string }];
  return { path: join(folder, filename), size, files };
}

/**
 * The environment of somebody who types npm: without what `npm test` tells its script of this package. Settings that
 * say where packages come from stay.
 */
export function npmEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours = Object.entries(environment).filter(
    ([name]) =>
      !/^npm_(package|lifecycle|command|execpath|node_execpath)/i.test(name) &&
      !/^npm_config_(local_prefix|prefix|global_prefix|workspace|ignore_scripts|dry_run)$/i.test(name) &&
      !/^(VSPHERE_|INFLUX_|NODE_OPTIONS$|MOCHA_OPTIONS$|INIT_CWD$)/.test(name),
  );
  return { ...Object.fromEntries(ours), npm_config_prefer_offline: "true", npm_config_audit: "false" };
}
