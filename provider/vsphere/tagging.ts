import { ExponentialBackoff, handleWhen, retry } from "cockatiel";
import { z } from "zod";
import type { Tag } from "../../engine/snapshot";
import type { VcenterSettings } from "../settings";
import { TransportError } from "./errors";
import type { HttpsClient } from "./https";

/** The tagging service lives in vCenter's REST API: /api since 7.0 U2, /rest before, with its answers in `value`. */
interface Dialect {
  readonly session: string;
  readonly tagging: string;
  readonly object: (id: string) => string;
  readonly action: (name: string) => string;
  readonly unwrap: (body: unknown) => unknown;
}
const DIALECTS: readonly Dialect[] = [
  {
    session: "/api/session",
    tagging: "/api/cis/tagging",
    object: (id) => `/${encodeURIComponent(id)}`,
    action: (name) => `?action=${name}`,
    unwrap: (body) => body,
  },
  {
    session: "/rest/com/vmware/cis/session",
    tagging: "/rest/com/vmware/cis/tagging",
    object: (id) => `/id:${encodeURIComponent(id)}`,
    action: (name) => `?~action=${name}`,
    unwrap: (body) => (body as { value?: unknown } | null)?.value,
  },
];

const idsSchema = z.array(z.string()).nullish();
const tagSchema = z.object({ name: z.string().min(1), category_id: z.string() });
const categorySchema = z.object({ name: z.string().min(1) });
const attachedSchema = z
  .array(
    z.object({ tag_id: z.string(), object_ids: z.array(z.object({ type: z.string(), id: z.string() })).nullish() }),
  )
  .nullish();

const TAGS_AT_ONCE = 100;
const REQUESTS_AT_ONCE = 8;

/** Why there are no tags: no such service, or not for this user. Anything else is an error, never "no tags". */
export class TaggingUnavailable extends Error {}

/**
 * The tags of all objects, by "Type:id".
 * @throws TaggingUnavailable, or TransportError where the service is there and fails.
 */
export async function retrieveTags(
  https: HttpsClient,
  settings: VcenterSettings,
  signal?: AbortSignal,
  retryDelayMs = 500,
): Promise<Map<string, Tag[]>> {
  const repeated = retry(
    handleWhen((error) => error instanceof TransportError && error.transient),
    { maxAttempts: 2, backoff: new ExponentialBackoff({ initialDelay: retryDelayMs, maxDelay: 10_000 }) },
  );
  const send = (method: "GET" | "POST" | "DELETE", path: string, headers: Record<string, string>, body?: unknown) =>
    repeated.execute(
      () =>
        https.request({
          method,
          path,
          headers: { accept: "application/json", "content-type": "application/json", ...headers },
          body: body === undefined ? undefined : JSON.stringify(body),
          signal,
        }),
      signal,
    );
  const { dialect, token } = await logIn(https, settings, send);
  const session = { "vmware-api-session-id": token };
  const ask = async <T extends z.ZodType>(schema: T, method: "GET" | "POST", path: string, body?: unknown) => {
    const answer = await send(method, dialect.tagging + path, session, body);
    // Removed since the list was read.
    if (answer.status === 404) return null;
    if (answer.status === 401 || answer.status === 403) throw new TaggingUnavailable("the user may not read tags");
    const parsed = schema.safeParse(dialect.unwrap(parseJson(https, path, answer.status, answer.body)));
    if (!parsed.success) throw invalid(https, path, answer.status, parsed.error);
    return parsed.data;
  };
  try {
    const tagIds = (await ask(idsSchema, "GET", "/tag")) ?? [];
    const categories = new Map<string, string>();
    for (const [id, category] of await each((await ask(idsSchema, "GET", "/category")) ?? [], (id) =>
      ask(categorySchema, "GET", `/category${dialect.object(id)}`),
    )) {
      categories.set(id, category.name);
    }
    const tags = await each(tagIds, (id) => ask(tagSchema, "GET", `/tag${dialect.object(id)}`));
    const found = new Map<string, Tag[]>();
    for (let first = 0; first < tagIds.length; first += TAGS_AT_ONCE) {
      const path = `/tag-association${dialect.action("list-attached-objects-on-tags")}`;
      const body = { tag_ids: tagIds.slice(first, first + TAGS_AT_ONCE) };
      for (const attached of (await ask(attachedSchema, "POST", path, body)) ?? []) {
        const objects = attached.object_ids ?? [];
        if (objects.length === 0) continue;
        const tag = tags.get(attached.tag_id);
        const category = tag && categories.get(tag.category_id);
        // A tag that is gone is attached to nothing: one that is, and isn't known, must not just be left out.
        if (!tag || category === undefined) {
          throw invalid(https, path, 200, new Error(`tag ${attached.tag_id} is in use and can't be read`));
        }
        for (const { type, id } of objects) {
          const key = `${type}:${id}`;
          found.set(key, [...(found.get(key) ?? []), { category, name: tag.name }]);
        }
      }
    }
    for (const list of found.values()) list.sort((a, b) => order(a.category, b.category) || order(a.name, b.name));
    return found;
  } finally {
    await send("DELETE", dialect.session, session).catch(() => undefined);
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

async function logIn(
  https: HttpsClient,
  settings: VcenterSettings,
  send: (method: "POST", path: string, headers: Record<string, string>) => Promise<{ status: number; body: string }>,
): Promise<{ dialect: Dialect; token: string }> {
  const authorization = `Basic ${Buffer.from(`${settings.user}:${settings.password}`).toString("base64")}`;
  for (const dialect of DIALECTS) {
    let answer;
    try {
      answer = await send("POST", dialect.session, { authorization });
    } catch (error) {
      // What stands before the services answers for one that is stopped.
      if (error instanceof TransportError && error.status === 503)
        throw new TaggingUnavailable("the service is stopped");
      throw error;
    }
    if (answer.status === 401 || answer.status === 403) throw new TaggingUnavailable("it refuses the login");
    if (answer.status !== 200 && answer.status !== 201) continue;
    const token = dialect.unwrap(parseJson(https, dialect.session, answer.status, answer.body));
    if (typeof token === "string" && token !== "") return { dialect, token };
  }
  throw new TaggingUnavailable("this vCenter has no such service");
}

/** `work` for each id, a few at a time; ids whose object is gone are left out. */
async function each<T>(ids: readonly string[], work: (id: string) => Promise<T | null>): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (let first = 0; first < ids.length; first += REQUESTS_AT_ONCE) {
    const some = ids.slice(first, first + REQUESTS_AT_ONCE);
    const results = await Promise.all(some.map(work));
    some.forEach((id, index) => {
      const result = results[index];
      if (result !== null) found.set(id, result);
    });
  }
  return found;
}

function parseJson(https: HttpsClient, path: string, status: number, body: string): unknown {
  try {
    return body === "" ? null : JSON.parse(body);
  } catch (error) {
    throw invalid(https, path, status, error);
  }
}

function invalid(https: HttpsClient, path: string, status: number, cause: unknown): TransportError {
  return new TransportError({
    code: "VCENTER_ANSWER_INVALID",
    message: `the answer of ${https.address.name} to ${path} can't be used (HTTP ${status})`,
    hint: "see that no proxy stands between",
    // A JSON error quotes the document, which may hold a session: it isn't passed on.
    cause:
      cause instanceof z.ZodError
        ? new Error(z.prettifyError(cause))
        : cause instanceof SyntaxError
          ? undefined
          : cause,
    status,
  });
}
