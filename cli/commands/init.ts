import { existsSync, mkdirSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { AffinityError } from "../../engine/errors";
import type { CliCommand, CommonFlags } from "../command";
import { ExitCode } from "../exit";
import { writeTextFile } from "../files";
import { askFor, type InitFlags } from "../init/answers";
import { type ProjectFile, projectFiles, projectName } from "../init/files";

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
      .argument(
        "<folder>",
        "folder of the project, made if need be; nothing in it is overwritten, a package.json is completed",
      )
      .option("--vcenter <server>", "vCenter; user and password stay in VSPHERE_USER and VSPHERE_PASSWORD")
      .option("--ca-file <file>", "PEM file of the authority that signed vCenter's certificate")
      .option("--inventory <file>", "inventory file, as written by `export`, in place of a vCenter")
      .option("--telemetry <file|url>", "DuckDB file, or InfluxDB as http://server:8086/database")
      .option("--no-telemetry", "plans rest on configured sizes")
      .option("--cluster <name>", "cluster whose hosts are planned; not needed where there is one only")
      .option("--package <spec>", "this package as npm shall install it (default: this version)");
  },
  async run(context, flags, [folder]) {
    const answers = await askFor(context, flags);
    const name = projectName(basename(resolve(folder)));
    const files = projectFiles(name, answers, flags.package, resolve(folder));
    const isThere = ({ name: file }: ProjectFile) => existsSync(join(folder, file));
    const there = files.filter((file) => file.there === "refuse" && isThere(file));
    if (there.length > 0) {
      throw new AffinityError({
        code: "INIT_EXISTS",
        message: `"${folder}" holds ${there.map((file) => file.name).join(", ")} already`,
        hint: "nothing was written; name a new folder",
      });
    }
    makeFolder(folder);
    const written = files.filter((file) => file.there !== "keep" || !isThere(file));
    for (const file of written) writeTextFile(join(folder, file.name), file.text, "project's file");
    const where = relative("", folder);
    context.output.result({ folder: resolve(folder), name, files: written.map((file) => file.name) }, () =>
      [
        `${folder}: ${written.map((file) => file.name).join(", ")}`,
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
