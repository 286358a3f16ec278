import type { Context } from "../command";
import { findPulumi } from "../pulumi/find";
import type { Check } from "./check";

export async function checkPulumi(context: Context): Promise<Check[]> {
  const name = "pulumi";
  const cli = await findPulumi(context.environment);
  if (!cli) {
    const next = "install it from https://www.pulumi.com/docs/install/, or let `quickstart` get one";
    return [{ name, status: "warning", detail: "the CLI is neither on PATH nor in the cache", next }];
  }
  const version = cli.version ? `version ${cli.version}` : "a build without a version";
  return [
    { name, status: "ok", detail: `${version}, ${cli.where === "PATH" ? "on PATH" : "in the cache"}: ${cli.folder}` },
  ];
}
