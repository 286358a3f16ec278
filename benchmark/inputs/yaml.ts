import type { Random } from "../../engine/random";
import { depth, type Mutant } from "./mutate";

/** YAML that is none, or that would be more than it looks. */
export function breakYaml(random: Random): Mutant {
  const levels = depth(random);
  switch (random.integer(9)) {
    case 0:
      return { what: "alias bomb", text: bomb(4 + random.integer(6)) };
    case 1:
      return { what: "deep nesting", text: `plan: ${"[".repeat(levels)}` };
    case 2:
      return { what: "deep nesting, closed", text: `plan: ${"[".repeat(levels)}${"]".repeat(levels)}` };
    case 3:
      return { what: "a key twice", text: "journal: a\njournal: b\ninventory: x\n" };
    case 4:
      return { what: "tabs", text: "inventory: x\nplan:\n\tseed: 1\n" };
    case 5:
      return { what: "a quote left open", text: `inventory: "x${"y".repeat(random.integer(1000))}\n` };
    case 6:
      return { what: "an alias to nothing", text: "inventory: x\nplan: *nobody\n" };
    case 7:
      return {
        what: "prototype keys",
        text: `inventory: x\n${random.pick(["__proto__", "constructor", "toString"])}: {polluted: true}\n`,
      };
    default:
      return {
        what: "a number that is none",
        text: `inventory: x\nplan: {${random.pick(["seed: .nan", "maxMoves: .inf", "stepMinutes: 1e999", "gainThreshold: -.inf", "horizonHours: .NaN"])}}\n`,
      };
  }
}

const bomb = (levels: number) =>
  `inventory: x\na0: &a0 [x, x]\n${Array.from({ length: levels }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}*a${i}]`).join("\n")}\n`;
