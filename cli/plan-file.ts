import { existsSync } from "node:fs";
import type { Plan } from "../engine/planner/plan";
import { AffinityError } from "../engine/errors";
import { parseYamlFile } from "./files";
import { lazy } from "./lazy";

const DIGEST = /^[0-9a-f]{64}$/;

/**
 * A plan, from a file that `plan --save` wrote or, by its digest, from the journal.
 * @throws AffinityError PLAN_NOT_FOUND or PLAN_INVALID.
 */
export async function loadPlan(fileOrDigest: string, journalPath: string): Promise<Plan> {
  if (!existsSync(fileOrDigest) && DIGEST.test(fileOrDigest)) return loadFromJournal(fileOrDigest, journalPath);
  return lazy.validate().validate(lazy.plan().planSchema, parseYamlFile(fileOrDigest, "plan"), {
    code: "PLAN_INVALID",
    subject: `the plan "${fileOrDigest}"`,
    hint: "write it anew with `vsphere-affinity plan --save FILE`",
  });
}

/**
 * The plan for a cluster that the journal was given last.
 * @param key of the cluster: the name of the inventory's source, a slash and the id
 * @throws AffinityError PLAN_NOT_FOUND.
 */
export async function latestPlan(key: string, name: string, journalPath: string): Promise<Plan> {
  const plan = await lazy.journal().openJournal(journalPath).latestPlan(key);
  if (plan) return plan;
  throw new AffinityError({
    code: "PLAN_NOT_FOUND",
    message: `the journal "${journalPath}" has no plan for cluster ${name}`,
    hint: "give the journal of the stack that plans it with --journal, or a plan that `plan --save FILE` wrote with --plan",
  });
}

async function loadFromJournal(digest: string, path: string): Promise<Plan> {
  const plan = await lazy.journal().openJournal(path).loadPlan(digest);
  if (plan) return plan;
  throw new AffinityError({
    code: "PLAN_NOT_FOUND",
    message: `the journal "${path}" has no plan ${digest}`,
    hint: "give the stack's journal with --journal, or a plan file",
  });
}
