import { z } from "zod";
import { modelHeaderSchema } from "../model-file";

const finite = z.number().finite();

/** What is known of a workload before it was ever seen beside another. */
export const workloadKindSchema = z.strictObject({
  name: z.string().min(1),
  family: z.string().min(1).describe("Application, guest system or workload class: kinds of one family behave alike"),
  size: finite.nullable().describe("log2 of its configured size (vCPUs, batch size), compared within a family"),
  intensity: finite
    .nullable()
    .describe("log2 of what it does or needs alone (MHz, steps per second), compared with all"),
});
export type WorkloadKind = z.infer<typeof workloadKindSchema>;

/** One kind's experience, compressed: decayed sums over what was seen of its VMs beside others. */
export const experienceSchema = z.strictObject({
  weight: z.number().nonnegative().describe("Decayed number of observations"),
  gram: z.array(finite).describe("[kind][kind] sum of weight × load of kind × load of kind"),
  moment: z.array(finite).describe("[kind] sum of weight × load of kind × share lost"),
  squares: z.number().nonnegative().describe("Sum of weight × square of the share lost"),
});
export type Experience = z.infer<typeof experienceSchema>;

/** What is particular to one VM, beside its kind, per unit of load. */
export const vmEffectSchema = z.strictObject({
  suffers: finite.describe("Share that it loses more than its kind does"),
  suffersWeight: z.number().nonnegative(),
  causes: finite.describe("Share that others lose beside it, more than beside its kind"),
  causesWeight: z.number().nonnegative(),
});
export type VmEffect = z.infer<typeof vmEffectSchema>;

export const interferenceFileSchema = z
  .strictObject({
    ...modelHeaderSchema.shape,
    model: z.literal("interference"),
    version: z.literal(1),
    fallback: z.string().nullable().describe("Name of the baseline that serves instead; null where the model does"),
    halfLifeSeconds: z.number().positive().describe("An observation counts half after this time"),
    kinds: z.array(workloadKindSchema).min(1),
    experience: z.array(experienceSchema),
    parameters: z.array(finite).describe("Logarithms of the process's parameters; empty where the fallback serves"),
    lost: z.array(finite).describe("[victim kind][other kind] share lost per unit of the other's load"),
    deviation: z.array(z.number().nonnegative()).describe("[victim kind][other kind] standard deviation of `lost`"),
    virtualMachines: z.record(z.string(), vmEffectSchema),
  })
  .superRefine((file, context) => {
    const n = file.kinds.length;
    const expect = (path: string, length: number, wanted: number) => {
      if (length !== wanted)
        context.addIssue({ code: "custom", path: [path], message: `${length} values, not ${wanted}` });
    };
    expect("experience", file.experience.length, n);
    expect("lost", file.lost.length, n * n);
    expect("deviation", file.deviation.length, n * n);
    file.experience.forEach(({ gram, moment }, i) => {
      expect(`experience[${i}].gram`, gram.length, n * n);
      expect(`experience[${i}].moment`, moment.length, n);
    });
  });
export type InterferenceFile = z.infer<typeof interferenceFileSchema>;
