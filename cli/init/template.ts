import { join } from "node:path";
import { readTextFile } from "../files";
import { packageRoot } from "../package-info";

/** A file of the template that `pulumi new` takes as well. @throws AffinityError FILE_UNREADABLE in a damaged install. */
export const templateFile = (name: string): string =>
  readTextFile(join(packageRoot(), "templates/vsphere-affinity", name), "project template");
