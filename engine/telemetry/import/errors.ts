import { AffinityError } from "../../errors";

/** A source file that is not there, may not be read or is not what its name says. */
export function unreadable(path: string, cause: unknown): AffinityError {
  return new AffinityError({
    code: "TELEMETRY_IMPORT_UNREADABLE",
    message: `${path} cannot be read`,
    hint: "check that the file exists, may be read and is whole: rows read before are kept, and the import can be run again",
    cause,
  });
}
