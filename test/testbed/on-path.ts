import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** The first of these programs that PATH holds, as an absolute path. */
export async function onPath(...programs: string[]): Promise<string | undefined> {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  for (const program of programs)
    for (const folder of folders) {
      const path = join(folder, program);
      try {
        await access(path, constants.X_OK);
        return path;
      } catch {
        continue;
      }
    }
  return undefined;
}
