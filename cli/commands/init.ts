import { existsSync, mkdirSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { AffinityError } from "../../engine/errors";
import type { CliCommand, CommonFlags } from "../command";
import { ExitCode } from "../exit";
import { writeTextFile } from "../files";
import { askFor, type InitFlags } from "../init/answers";
import { ownSpec, projectFiles, projectName } from "../init/files";

interface Flags extends CommonFlags, InitFlags {
  readonly package?: string;
}

/** A working project: settings, a Pulumi program, and how to run both. */
export const initCommand: CliCommand<Flags> = {
  name: "init",
  summary: "make a project: settings, a Pulumi program, what to run; asks what flags leave open",
  examples: [
    "vsphere-affinity init placement",
    "vsphere-affinity init . --vcenter vc.example.com --telemetry http://influx:8086/vsphere --cluster production",
    "vsphere-affinity init what-if --inventory inventory.json --no-telemetry --cluster production",
  ],
  configure(command) {
    command
      .argument("<folder>", "folder of the project, made if need be; nothing in it is overwritten")
      .option("--vcenter <server>", "vCenter; user and password stay in VSPHERE_USER and VSPHERE_PASSWORD")
      .option("--inventory <file>", "inventory file, as written by `export`, in place of a vCenter")
      .option("--telemetry <file|url>", "DuckDB file, or InfluxDB as http://server:8086/database")
      .option("--no-telemetry", "plans rest on configured sizes")
      .option("--cluster <name>", "cluster whose hosts are planned")
      .option("--package <spec>", "this package as npm shall install it (default: this version)");
  },
  async run(context, flags, [folder]) {
    const answers = await askFor(context, flags);
    const name = projectName(basename(resolve(folder)));
    const files = projectFiles(name, answers, flags.package ?? ownSpec(), resolve(folder));
    const there = files.filter((file) => existsSync(join(folder, file.name)));
    if (there.length > 0) {
      throw new AffinityError({
        code: "INIT_EXISTS",
        message: `"${folder}" holds ${there.map((file) => file.name).join(", ")} already`,
        hint: "nothing was written; name a new folder",
      });
    }
    makeFolder(folder);
    for (const file of files) writeTextFile(join(folder, file.name), file.text, "project's file");
    const where = relative("", folder);
    context.output.result({ folder: resolve(folder), name, files: files.map((file) => file.name) }, () =>
      [
        `${folder}: ${files.map((file) => file.name).join(", ")}`,
        `next: ${where ? `cd ${where} && ` : ""}npm install && npx vsphere-affinity doctor`,
      ].join("\n"),
    );
    return ExitCode.clean;
  },
};

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new AffinityError({
      code: "FILE_UNWRITABLE",
      message: `the folder "${folder}" can't be made`,
      hint: "check that the folder above it exists and that you may write there",
      cause,
    });
  }
}
