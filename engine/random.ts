/**
 * Seeded pseudo-random numbers: xoshiro128** 1.1 (Blackman and Vigna, https://prng.di.unimi.it), its state filled by
 * splitmix32. The same seed and stream give the same numbers on every machine. Not for secrets.
 */
export interface Random {
  /** Integer in [0, 2^32). */
  next(): number;
  /** In [0, 1), a multiple of 2^-32. */
  uniform(): number;
  /** Integer in [0, bound). */
  integer(bound: number): number;
  /** Standard normal. */
  normal(): number;
  /** exp(N(log(median), sigma)). */
  logNormal(median: number, sigma: number): number;
  /** Pareto: at least `scale`, tail exponent `shape`. */
  pareto(scale: number, shape: number): number;
  pick<T>(list: readonly T[]): T;
  /** A shuffled copy (Fisher and Yates). */
  shuffle<T>(list: readonly T[]): T[];
}

const rotate = (x: number, k: number) => (x << k) | (x >>> (32 - k));

/** FNV-1a over the stream's parts, so that every named stream of a seed is its own sequence. */
function hash(seed: number, stream: readonly (string | number)[]): number {
  let h = 0x811c9dc5;
  for (const character of [seed, ...stream].join("\u0000")) {
    h = Math.imul(h ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return h >>> 0;
}

/** The bare generator, from a state that isn't all zeros. */
export function xoshiro128(a: number, b: number, c: number, d: number): () => number {
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result;
  };
}

/** Independent streams for `stream`: what one entity draws never depends on how many others there are. */
export function createRandom(seed: number, ...stream: readonly (string | number)[]): Random {
  let mix = hash(seed, stream);
  const splitmix = () => {
    mix = (mix + 0x9e3779b9) | 0;
    let z = mix ^ (mix >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return z ^ (z >>> 15);
  };
  const next = xoshiro128(splitmix(), splitmix(), splitmix(), splitmix());
  let spare = Number.NaN;

  const uniform = () => next() / 4294967296;
  const integer = (bound: number) => Math.floor(uniform() * bound);
  /** Marsaglia's polar method: two normals at a time. */
  const normal = () => {
    if (!Number.isNaN(spare)) {
      const value = spare;
      spare = Number.NaN;
      return value;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const s = x * x + y * y;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      spare = y * scale;
      return x * scale;
    }
  };
  return {
    next,
    uniform,
    integer,
    normal,
    logNormal: (median, sigma) => median * Math.exp(sigma * normal()),
    pareto: (scale, shape) => scale * (1 - uniform()) ** (-1 / shape),
    pick: (list) => list[integer(list.length)],
    shuffle: (list) => {
      const copy = [...list];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [copy[i], copy[j]] = [copy[j], copy[i]];
      }
      return copy;
    },
  };
}
