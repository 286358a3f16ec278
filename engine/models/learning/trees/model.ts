import { z } from "zod";
import { LOSS_NAMES } from "./losses";
import type { Tree } from "./tree";

const numbers = z.array(z.number());
const treeSchema = z
  .strictObject({
    feature: z.array(z.number().int().min(-1)),
    threshold: numbers,
    left: z.array(z.number().int().nonnegative()),
    missingLeft: z.array(z.union([z.literal(0), z.literal(1)])),
    value: numbers,
    cover: numbers,
    gain: numbers,
  })
  .superRefine((tree, context) => {
    const nodes = tree.feature.length;
    const problem = (message: string) => context.addIssue({ code: "custom", message });
    if (nodes === 0) problem("a tree without nodes");
    if (Object.values(tree).some((array) => array.length !== nodes)) problem("arrays of unequal length");
    // Children come after their parent: every walk ends.
    const astray = (_: number, node: number) =>
      tree.feature[node] >= 0 && (tree.left[node] <= node || tree.left[node] + 1 >= nodes);
    if (tree.feature.some(astray)) problem("a child that isn't there");
    const children = tree.feature.flatMap((column, node) =>
      column >= 0 ? [tree.left[node], tree.left[node] + 1] : [],
    );
    if (new Set(children).size < children.length) problem("a node with two parents");
  });

/** A fitted model as JSON: part of the files of the models that rest on it. */
export const boostedTreesSchema = z
  .strictObject({
    loss: z.enum(LOSS_NAMES),
    quantile: z.number().gt(0).lt(1),
    features: z.array(z.string()).min(1).describe("Names of the columns, in order"),
    initial: z.number().describe("Raw score before the first tree"),
    trees: z.array(treeSchema),
  })
  .superRefine((model, context) => {
    const columns = model.features.length;
    model.trees.forEach((tree, i) => {
      if (tree.feature.some((column) => column >= columns))
        context.addIssue({ code: "custom", path: ["trees", i], message: "a column that isn't there" });
    });
  });

/** Trees whose values add up to a raw score. Plain data; JSON keeps it whole. */
export interface BoostedTrees {
  readonly loss: z.infer<typeof boostedTreesSchema>["loss"];
  readonly quantile: number;
  readonly features: readonly string[];
  readonly initial: number;
  readonly trees: readonly Tree[];
}
