import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { z } from "zod";
import { AffinityError } from "../errors";
import { validate } from "../validate";

/** A model that was looked for: there, or what serves in its place and why. */
export type Found<T> =
  { readonly file: T } | { readonly file: null; readonly because: string; readonly absent: boolean };

/**
 * Trained models as JSON files of one folder: `failure/host` is `failure/host.json`. A file appears whole or not at all.
 */
export class ModelStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = resolve(folder);
  }

  /**
   * The model's file. One that is absent, damaged or of another version is no error: its fallback serves, and the reason
   * is handed on for the user to read.
   */
  async load<T extends z.ZodType>(name: string, schema: T): Promise<Found<z.output<T>>> {
    const path = this.pathOf(name);
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ENOENT" || code === "ENOTDIR")
        return { file: null, because: `there is no trained model ${path}`, absent: true };
      return { file: null, because: `the model ${path} can't be read (${code ?? "unknown error"})`, absent: false };
    }
    try {
      const file = validate(schema, JSON.parse(text), { code: "MODEL_INVALID", subject: `the model ${path}` });
      return { file };
    } catch (error) {
      const why = error instanceof AffinityError ? error.message : "it is no JSON";
      return { file: null, because: `the model ${path} is damaged or of another version: ${why}`, absent: false };
    }
  }

  /** @throws AffinityError MODEL_NOT_SAVED */
  async save(name: string, file: unknown): Promise<string> {
    const path = this.pathOf(name);
    const draft = `${path}.${process.pid}.part`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(draft, JSON.stringify(file));
      await rename(draft, path);
      return path;
    } catch (cause) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw new AffinityError({
        code: "MODEL_NOT_SAVED",
        message: `the model ${path} can't be written`,
        hint: "check the folder of the models (settings: models) and the room on its disk",
        cause,
      });
    }
  }

  private pathOf(name: string): string {
    return join(this.folder, `${name}.json`);
  }
}
