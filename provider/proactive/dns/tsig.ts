import { createHmac, timingSafeEqual } from "node:crypto";
import * as packet from "dns-packet";

interface Codec<T> {
  readonly encode: (value: T) => Buffer;
  readonly decode: ((message: Buffer, offset: number) => T) & { readonly bytes: number };
}
/** The library's codecs of a message's parts, which its types leave out. */
const {
  name: names,
  question: questionCodec,
  answer: recordCodec,
} = packet as unknown as {
  readonly name: Codec<string>;
  readonly question: Codec<unknown>;
  readonly answer: Codec<{ name: string; type: string; data: Buffer }>;
};

/** A key that a DNS server shares with those who may update its zone. */
export interface TsigKey {
  readonly name: string;
  readonly algorithm: keyof typeof ALGORITHMS;
  /** Base64, as servers' configurations have it. */
  readonly secret: string;
}

/** Those that RFC 8945 tells servers to support; MD5 and SHA-1 are on their way out. */
export const ALGORITHMS = { "hmac-sha256": "sha256", "hmac-sha384": "sha384", "hmac-sha512": "sha512" } as const;

/** Clocks may differ by so many seconds: what the RFC recommends. */
const FUDGE = 300;
const HEADER = 12;
const ANY = 255;
const TSIG_TYPE = 250;
const COUNTS = [4, 6, 8, 10];

export interface Signed {
  readonly message: Buffer;
  readonly mac: Buffer;
}

/**
 * The message with a transaction signature as its last record.
 * @param now epoch seconds
 * Source: RFC 8945.
 */
export function sign(message: Buffer, key: TsigKey, now: number): Signed {
  const fields = { now, fudge: FUDGE, error: 0, other: Buffer.alloc(0) };
  const mac = macOf(key, [message, variables(key, fields)]);
  const data = Buffer.concat([
    wireName(key.algorithm),
    uint48(now),
    uint16(FUDGE, mac.length),
    mac,
    message.subarray(0, 2),
    uint16(0, 0),
  ]);
  const record = Buffer.concat([wireName(key.name), uint16(TSIG_TYPE, ANY, 0, 0, data.length), data]);
  const signed = Buffer.concat([message, record]);
  signed.writeUInt16BE(message.readUInt16BE(10) + 1, 10);
  return { message: signed, mac };
}

/** Why an answer must not be believed; null where its signature is right. `refusal`: the server's own word. */
export interface Distrust {
  readonly because: string;
  readonly refusal: boolean;
}

/** The errors that a TSIG record may tell (RFC 8945, 3). */
const ERRORS: Readonly<Record<number, string>> = {
  16: "it finds the signature wrong (BADSIG): the secret or the algorithm is not the server's",
  17: "it does not know the key (BADKEY)",
  18: "its clock and ours differ by more than 5 minutes (BADTIME)",
  22: "it wants a longer signature (BADTRUNC)",
};

/**
 * Checks the signature of an answer.
 * @param request signature of the request
 */
export function distrust(answer: Buffer, key: TsigKey, request: Buffer, now: number): Distrust | null {
  const no = (because: string, refusal = false): Distrust => ({ because, refusal });
  const at = lastRecord(answer);
  if (at === null) return no("it bears no signature");
  const record = recordCodec.decode(answer, at);
  if (record.type !== "TSIG") return no("it bears no signature");
  const { data } = record;
  const algorithm = names.decode(data, 0);
  let offset = names.decode.bytes;
  const time = data.readUIntBE(offset, 6);
  const fudge = data.readUInt16BE(offset + 6);
  const length = data.readUInt16BE(offset + 8);
  const mac = data.subarray(offset + 10, offset + 10 + length);
  offset += 10 + length;
  const original = data.subarray(offset, offset + 2);
  const error = data.readUInt16BE(offset + 2);
  const other = data.subarray(offset + 6, offset + 6 + data.readUInt16BE(offset + 4));
  // An answer about a wrong key can't be signed with it.
  if (error !== 0) return no(ERRORS[error] ?? `TSIG error ${error}`, true);
  if (bare(record.name) !== bare(key.name) || bare(algorithm) !== key.algorithm)
    return no("it is signed with another key");
  const message = Buffer.from(answer.subarray(0, at));
  original.copy(message, 0);
  message.writeUInt16BE(answer.readUInt16BE(10) - 1, 10);
  const expected = macOf(key, [
    uint16(request.length),
    request,
    message,
    variables(key, { now: time, fudge, error, other }),
  ]);
  if (expected.length !== mac.length || !timingSafeEqual(expected, mac)) return no("its signature is wrong");
  return Math.abs(now - time) > fudge ? no("its signature is of another time") : null;
}

/** Offset of the last additional record; null where there is none. */
function lastRecord(message: Buffer): number | null {
  const [questions, ...records] = COUNTS.map((at) => message.readUInt16BE(at));
  if (records[2] === 0) return null;
  let offset = HEADER;
  for (let i = 0; i < questions; i++) {
    questionCodec.decode(message, offset);
    offset += questionCodec.decode.bytes;
  }
  const before = records[0] + records[1] + records[2] - 1;
  for (let i = 0; i < before; i++) {
    recordCodec.decode(message, offset);
    offset += recordCodec.decode.bytes;
  }
  return offset;
}

interface Fields {
  readonly now: number;
  readonly fudge: number;
  readonly error: number;
  readonly other: Buffer;
}

const macOf = ({ algorithm, secret }: TsigKey, parts: readonly Buffer[]): Buffer => {
  const hmac = createHmac(ALGORITHMS[algorithm], Buffer.from(secret, "base64"));
  for (const part of parts) hmac.update(part);
  return hmac.digest();
};

const variables = (key: TsigKey, { now, fudge, error, other }: Fields): Buffer =>
  Buffer.concat([
    wireName(key.name),
    uint16(ANY, 0, 0),
    wireName(key.algorithm),
    uint48(now),
    uint16(fudge, error, other.length),
    other,
  ]);

const bare = (name: string): string => name.toLowerCase().replace(/\.$/, "");
/** As signatures want names: in lower case, not compressed. */
const wireName = (name: string): Buffer => names.encode(bare(name));
const uint16 = (...values: number[]): Buffer => {
  const buffer = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => buffer.writeUInt16BE(value, 2 * i));
  return buffer;
};
const uint48 = (value: number): Buffer => {
  const buffer = Buffer.alloc(6);
  buffer.writeUIntBE(value, 0, 6);
  return buffer;
};
