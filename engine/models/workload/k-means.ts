import { createRandom } from "../../random";

export interface Clustering {
  /** [cluster][feature] */
  readonly centroids: readonly Float64Array[];
  readonly clusterOf: Int32Array;
  /** Sum of the squared distances to the own centroid. */
  readonly inertia: number;
}

const ROUNDS = 100;
const STARTS = 8;

/**
 * k-means by Lloyd's rounds from k-means++ seeds (Arthur and Vassilvitskii, SODA 2007), the best of several seeded
 * starts. Own code: the kept npm library is ESM only and brings a matrix package along for these few lines.
 * @param k clusters; fewer come back where fewer distinct points are given
 */
export function kMeans(points: readonly Float64Array[], k: number, seed: number): Clustering {
  if (points.length === 0) throw new RangeError("there are no points to cluster");
  let best: Clustering | null = null;
  for (let start = 0; start < STARTS; start++) {
    const found = lloyd(points, seeds(points, k, createRandom(seed, "k-means", start).uniform));
    if (!best || found.inertia < best.inertia) best = found;
  }
  return best!;
}

/** Each next seed is drawn by its squared distance to the nearest one so far. */
function seeds(points: readonly Float64Array[], k: number, uniform: () => number): Float64Array[] {
  const chosen = [points[Math.floor(uniform() * points.length)].slice()];
  const nearest = Float64Array.from(points, (point) => squaredDistance(point, chosen[0]));
  while (chosen.length < k) {
    const total = nearest.reduce((sum, distance) => sum + distance, 0);
    if (total === 0) break;
    let left = uniform() * total;
    let next = 0;
    for (; next < points.length - 1; next++) {
      left -= nearest[next];
      if (left < 0) break;
    }
    const seed = points[next].slice();
    chosen.push(seed);
    points.forEach((point, i) => (nearest[i] = Math.min(nearest[i], squaredDistance(point, seed))));
  }
  return chosen;
}

function lloyd(points: readonly Float64Array[], centroids: Float64Array[]): Clustering {
  const clusterOf = new Int32Array(points.length).fill(-1);
  let inertia = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let moved = false;
    inertia = 0;
    points.forEach((point, i) => {
      const { cluster, distance } = nearestCentroid(point, centroids);
      if (cluster !== clusterOf[i]) moved = true;
      clusterOf[i] = cluster;
      inertia += distance;
    });
    if (!moved) break;
    const counts = new Int32Array(centroids.length);
    const sums = centroids.map((centroid) => new Float64Array(centroid.length));
    points.forEach((point, i) => {
      counts[clusterOf[i]]++;
      for (let f = 0; f < point.length; f++) sums[clusterOf[i]][f] += point[f];
    });
    // A cluster that lost all its points keeps its place.
    sums.forEach((sum, c) => {
      if (counts[c] > 0) centroids[c] = sum.map((value) => value / counts[c]);
    });
  }
  return { centroids, clusterOf, inertia };
}

/** The nearest centroid, the first of equals, and the squared distance to it. */
export function nearestCentroid(point: ArrayLike<number>, centroids: readonly ArrayLike<number>[]) {
  let cluster = 0;
  let distance = Infinity;
  centroids.forEach((centroid, c) => {
    const own = squaredDistance(point, centroid);
    if (own < distance) [cluster, distance] = [c, own];
  });
  return { cluster, distance };
}

function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}
