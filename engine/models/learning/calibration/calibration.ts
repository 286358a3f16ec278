import { z } from "zod";
import { applyBeta, betaSchema } from "./beta";
import { applyIsotonic, isotonicSchema } from "./isotonic";

/** What turns a model's probabilities into frequencies; part of the model's file. */
export const calibrationSchema = z.discriminatedUnion("kind", [isotonicSchema, betaSchema]);
export type Calibration = z.infer<typeof calibrationSchema>;

/** The calibrated probability, between 0 and 1. */
export function calibrate(calibration: Calibration, prediction: number): number {
  const p =
    calibration.kind === "isotonic" ? applyIsotonic(calibration, prediction) : applyBeta(calibration, prediction);
  return Math.min(1, Math.max(0, p));
}
