import { join } from "node:path";
import { AffinityError } from "../../engine/errors";
import type { Context } from "../command";
import { lazy } from "../lazy";
import { buildPulumi, hasGo } from "./build";
import { findPulumi, type PulumiCli, pulumiCacheFolder } from "./find";

const DOWNLOADS = "https://get.pulumi.com";
const ANSWER_MS = 5_000;

export const PULUMI_HINT =
  "install it from https://www.pulumi.com/docs/install/ so that `pulumi version` works,\n        or install Go 1.26 or newer, and it is built from its sources";

/**
 * The Pulumi CLI: found, else installed the official way, else built from Go modules.
 * @throws AffinityError PULUMI_MISSING saying what to install.
 */
export async function obtainPulumi(context: Context): Promise<PulumiCli> {
  const { environment, steps, signal, output } = context;
  const found = await findPulumi(environment);
  if (found) return found;
  const failures: string[] = [];
  if (await answers(DOWNLOADS)) {
    try {
      return await steps.run(`installing the Pulumi CLI from ${DOWNLOADS}`, () => install(environment));
    } catch (error) {
      failures.push(
        `the installation failed: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`,
      );
      output.note(failures[0]);
    }
  } else {
    failures.push(`${DOWNLOADS} does not answer`);
  }
  if (await hasGo(environment)) {
    return steps.run("building the Pulumi CLI from its Go modules, once", (report) =>
      buildPulumi(environment, report, signal),
    );
  }
  failures.push("Go is not installed");
  throw new AffinityError({
    code: "PULUMI_MISSING",
    message: `the Pulumi CLI is not on PATH, and can't be had: ${failures.join("; ")}`,
    hint: PULUMI_HINT,
  });
}

/** Without an answer the installer would wait for minutes. */
async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(ANSWER_MS) });
    return true;
  } catch {
    return false;
  }
}

async function install(environment: Context["environment"]): Promise<PulumiCli> {
  const root = pulumiCacheFolder(environment);
  const command = await lazy.pulumiAutomation().PulumiCommand.install({ root });
  return { folder: join(root, "bin"), where: "installed", version: command.version?.toString() ?? null };
}
