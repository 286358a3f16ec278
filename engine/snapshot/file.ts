import { randomUUID } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { canonicalJson } from "../digest";
import { AffinityError } from "../errors";
import { type InventorySource, parseSnapshot } from "./inventory";
import type { Snapshot } from "./schema";

const unpack = promisify(gunzip);
const pack = promisify(gzip);

/** Bytes of an inventory, unpacked: ten times the largest cluster, and a bound on what a small .gz can grow to. */
const MAX_BYTES = 512 * 1024 * 1024;

/** An inventory file as `writeInventory` leaves it: JSON, gzipped or not (told by its first bytes). */
export class FileInventory implements InventorySource {
  readonly name: string;

  constructor(private readonly path: string) {
    this.name = path;
  }

  /**
   * Reads the file anew.
   * @throws AffinityError INVENTORY_NOT_FOUND, INVENTORY_UNREADABLE, INVENTORY_CORRUPT (not JSON, or cut short: where)
   * or INVENTORY_INVALID (every violation of the schema with its path).
   */
  async snapshot(signal?: AbortSignal): Promise<Snapshot> {
    const document = await this.readDocument(signal);
    let content: unknown;
    try {
      content = JSON.parse(document);
    } catch {
      throw this.corrupt(describeJsonError(document), undefined);
    }
    return parseSnapshot(content, `inventory ${this.path}`);
  }

  async close(): Promise<void> {
    // Nothing stays open between two readings.
  }

  private async readDocument(signal?: AbortSignal): Promise<string> {
    let bytes: Buffer;
    try {
      bytes = await readFile(this.path, { signal });
    } catch (cause) {
      signal?.throwIfAborted();
      const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
      throw new AffinityError({
        code: missing ? "INVENTORY_NOT_FOUND" : "INVENTORY_UNREADABLE",
        message: missing ? `there is no inventory ${this.path}` : `inventory ${this.path} can't be read`,
        hint: missing
          ? "write one with `vsphere-affinity export`, or correct the path"
          : "give the path of a file that this user may read",
        cause: missing ? undefined : cause,
      });
    }
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = await this.unpack(bytes);
    const document = bytes.toString("utf8");
    return document.startsWith("\ufeff") ? document.slice(1) : document;
  }

  private async unpack(bytes: Buffer): Promise<Buffer> {
    try {
      return await unpack(bytes, { maxOutputLength: MAX_BYTES });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "ERR_BUFFER_TOO_LARGE") throw this.corrupt(`it unpacks to more than ${MAX_BYTES} bytes`, error);
      throw this.corrupt(code === "Z_BUF_ERROR" ? "the gzip data are cut short" : `bad gzip data (${message})`, error);
    }
  }

  private corrupt(what: string, cause: unknown): AffinityError {
    return new AffinityError({
      code: "INVENTORY_CORRUPT",
      message: `inventory ${this.path} is corrupt: ${what}`,
      hint: "write the file anew with `vsphere-affinity export`",
      cause,
    });
  }
}

/**
 * Writes a snapshot for `FileInventory`, gzipped if the path ends in .gz: keys sorted, so that equal snapshots give
 * equal files; first beside the target and then renamed, so that no reader ever sees half a file.
 * @throws AffinityError INVENTORY_UNWRITABLE.
 */
export async function writeInventory(snapshot: Snapshot, path: string): Promise<void> {
  const document = `${JSON.stringify(JSON.parse(canonicalJson(snapshot)), null, 1)}\n`;
  const bytes = path.endsWith(".gz") ? await pack(document) : Buffer.from(document);
  const draft = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(draft, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new AffinityError({
      code: "INVENTORY_UNWRITABLE",
      message: `inventory ${path} can't be written`,
      hint: "see that its folder exists, may be written to and has room",
      cause,
    });
  }
}

/**
 * Where JSON stops making sense, by line and column. Node's message doesn't always tell, so the place is searched for:
 * up to it every beginning of the text is just unfinished, after it none is.
 */
function describeJsonError(document: string): string {
  if (document.trim() === "") return "it is empty";
  if (isUnfinished(document)) return `it is cut short after ${document.length} characters`;
  let [unfinished, broken] = [0, document.length];
  while (broken - unfinished > 1) {
    const middle = (unfinished + broken) >> 1;
    if (isUnfinished(document.slice(0, middle))) unfinished = middle;
    else broken = middle;
  }
  const before = document.slice(0, unfinished);
  return `no JSON at line ${before.split("\n").length}, column ${unfinished - before.lastIndexOf("\n")}`;
}

/** Whether the text is JSON, or fails only for want of more. */
function isUnfinished(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const position = /position (\d+)/.exec(message);
    return /Unexpected end|Unterminated/.test(message) || (position !== null && Number(position[1]) >= text.length);
  }
}
