import type { MoveScoring } from "../device";

/**
 * The definition of {@link MoveScoring}, term by term in f64: what every device must give, byte for byte.
 * Slow on purpose (nothing is shared between cells); only tests and the self-test run it.
 *
 * @returns [vm][host], integers in the unit of `demand` times slots.
 */
export function scoreMovesReference(input: MoveScoring): Float32Array {
  const scores = new Float32Array(input.vms * input.hosts);
  for (let vm = 0; vm < input.vms; vm++) {
    for (let host = 0; host < input.hosts; host++) {
      let score = 0;
      for (let resource = 0; resource < input.resources; resource++) {
        const safe = input.safe[host * input.resources + resource];
        const capacity = input.capacity[host * input.resources + resource];
        const over = (x: number) => Math.max(0, x - safe) + 3 * Math.max(0, x - capacity);
        for (let slot = 0; slot < input.slots; slot++) {
          const demand = input.demand[(vm * input.resources + resource) * input.slots + slot];
          const load = input.load[(host * input.resources + resource) * input.slots + slot];
          const others = input.current[vm] === host ? load - demand : load;
          score += over(others + demand) - over(others);
        }
      }
      scores[vm * input.hosts + host] = score;
    }
  }
  return scores;
}
