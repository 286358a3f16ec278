import type { PropagationRule } from "./rule";

/**
 * A VM that fits on healthy hosts is started there before much has followed it. What isn't known gives no relief: size
 * or room unknown means that nobody can promise the restart.
 */
export const spareCapacity: PropagationRule = {
  name: "spare-capacity",
  apply: (probability, { server, spare }, rules) => {
    const fits = (need: number | null, room: number | null) =>
      need === null || room === null ? 0 : need === 0 ? 1 : Math.min(1, Math.max(0, room) / need);
    const fit = Math.min(
      fits(server.allocation.cpuMhz, spare.cpuMhz),
      fits(server.allocation.memoryMb, spare.memoryMb),
    );
    return probability * (1 - rules.relief * fit);
  },
};
