import type { Random } from "../../engine/random";
import type { Mutant } from "./mutate";

const LINE =
  "vsphere_vm_cpu,moid=vm-1,vcenter=vc,vmname=web\\ 1 usage_average=12.5,ready_summation=4i 1700000000000000000";

/** A row of telemetry in line protocol that breaks its grammar. */
export function breakLine(random: Random): Mutant {
  const value = (text: string) => LINE.replace("12.5", () => text);
  switch (random.integer(8)) {
    case 0:
      return {
        what: "no fields",
        text: LINE.slice(0, 1 + random.integer(LINE.indexOf(" usage") - 1)).replaceAll("\\ ", ""),
      };
    case 1:
      return {
        what: "no number",
        text: value(random.pick(["NaN", "1e999", "--1", "0x", "1,2", "i", "1.5i", "Infinity", "\ud800"])),
      };
    case 2:
      return {
        what: "a string left open",
        text: value(`"${"x".repeat(random.integer(10_000))}`).replace(/,ready.*/, ""),
      };
    case 3:
      return { what: "no time", text: LINE.replace(/ \d+$/, random.pick([" soon", " 1e9", " 12:00", " 1.5"])) };
    case 4:
      return { what: "no value", text: value("") };
    case 5:
      return { what: "no name", text: LINE.replace("usage_average=", "=") };
    case 6:
      return { what: "a comma too many", text: LINE.replace("=4i", "=4i,") };
    default:
      return {
        what: "a tag without a value",
        text: LINE.replace("moid=vm-1", random.pick(["moid=", "moid", "=vm-1"])),
      };
  }
}
