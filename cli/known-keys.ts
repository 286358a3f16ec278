import { z } from "zod";

/** The keys that `schema` knows at a path such as `plan.weights`; empty where it leads to no object. */
export function knownKeysAt(schema: z.core.$ZodType, path: string): string[] {
  let objects = objectsIn(schema);
  for (const key of path.split(".").filter(Boolean)) {
    objects = objects.flatMap((object) => (key in object.shape ? objectsIn(object.shape[key]) : []));
  }
  return objects.flatMap((object) => Object.keys(object.shape));
}

/** The objects that a schema may be, through optionals, defaults and unions. */
function objectsIn(schema: z.core.$ZodType): z.ZodObject[] {
  if (schema instanceof z.ZodObject) return [schema];
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => objectsIn(option));
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return objectsIn(schema.unwrap());
  }
  return [];
}
