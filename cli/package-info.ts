import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface PackageInfo {
  readonly name: string;
  readonly version: string;
  readonly bugs?: { readonly url?: string };
}

/** The folder of this package: the nearest one above the compiled file that has a package.json. */
export function packageRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json above ${__dirname}`);
    folder = parent;
  }
  return folder;
}

export function packageInfo(): PackageInfo {
  return JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as PackageInfo;
}
