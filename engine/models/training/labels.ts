import type { VirtualMachine } from "../../snapshot/schema";

type Labelled = Pick<VirtualMachine, "tags" | "attributes">;

/** What a tag of such a category, or else an attribute of such a name, says of a VM; null where nobody said. */
export function valueOf({ tags, attributes }: Labelled, label: RegExp): string | null {
  const tag = tags.find(({ category }) => label.test(category));
  if (tag) return tag.name;
  const key = Object.keys(attributes).find((name) => label.test(name) && attributes[name] !== "");
  return key === undefined ? null : attributes[key];
}

/** The application of a VM's tags or attributes; null where nobody said. */
export const applicationOf = (vm: Labelled): string | null => valueOf(vm, /\bapp(lication)?\b/i);
