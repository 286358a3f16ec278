import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { commands } from "../../cli/commands";
import { packageRoot } from "../../cli/package-info";
import { parseSettings } from "../../provider/settings";
import { typeErrors } from "../documents/typescript";

const deploy = join(packageRoot(), "deploy");
const text = (path: string) => readFileSync(join(deploy, path), "utf8");

const named = z.strictObject({ name: z.string() });
const metadata = named;
const securityContext = z.strictObject({
  allowPrivilegeEscalation: z.literal(false),
  readOnlyRootFilesystem: z.literal(true),
  capabilities: z.strictObject({ drop: z.tuple([z.literal("ALL")]) }),
});
/** batch/v1 and core/v1 as far as the manifests use them; strict, so that a misspelled field is refused as a server would. */
const pod = z.strictObject({
  spec: z.strictObject({
    restartPolicy: z.enum(["Never", "OnFailure"]),
    automountServiceAccountToken: z.boolean(),
    securityContext: z.strictObject({
      runAsNonRoot: z.literal(true),
      runAsUser: z.number().int().positive(),
      fsGroup: z.number().int().positive(),
      seccompProfile: z.strictObject({ type: z.literal("RuntimeDefault") }),
    }),
    terminationGracePeriodSeconds: z.number().int(),
    containers: z.tuple([
      z.strictObject({
        name: z.string(),
        image: z.string(),
        command: z.array(z.string()).optional(),
        args: z.array(z.string()),
        envFrom: z.array(z.strictObject({ secretRef: named })),
        resources: z.strictObject({
          requests: z.strictObject({ cpu: z.string(), memory: z.string() }),
          limits: z.strictObject({ memory: z.string() }),
        }),
        securityContext,
        volumeMounts: z.array(
          z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() }),
        ),
      }),
    ]),
    volumes: z.array(
      z.strictObject({
        name: z.string(),
        configMap: named.optional(),
        emptyDir: z.strictObject({}).optional(),
        persistentVolumeClaim: z.strictObject({ claimName: z.string() }).optional(),
      }),
    ),
  }),
});
const jobSpec = {
  backoffLimit: z.number().int().optional(),
  backoffLimitPerIndex: z.number().int().optional(),
  activeDeadlineSeconds: z.number().int(),
  template: pod,
};
const object = z.discriminatedUnion("kind", [
  z.strictObject({
    apiVersion: z.literal("v1"),
    kind: z.literal("ConfigMap"),
    metadata,
    data: z.record(z.string(), z.string()),
  }),
  z.strictObject({
    apiVersion: z.literal("v1"),
    kind: z.literal("PersistentVolumeClaim"),
    metadata,
    spec: z.strictObject({
      accessModes: z.array(z.enum(["ReadWriteOnce", "ReadWriteOncePod"])),
      resources: z.strictObject({ requests: z.strictObject({ storage: z.string() }) }),
    }),
  }),
  z.strictObject({
    apiVersion: z.literal("batch/v1"),
    kind: z.literal("CronJob"),
    metadata,
    spec: z.strictObject({
      schedule: z.string().regex(/^\S+( \S+){4}$/),
      concurrencyPolicy: z.literal("Forbid"),
      startingDeadlineSeconds: z.number().int().min(10),
      successfulJobsHistoryLimit: z.number().int(),
      failedJobsHistoryLimit: z.number().int(),
      jobTemplate: z.strictObject({ spec: z.strictObject(jobSpec) }),
    }),
  }),
  z.strictObject({
    apiVersion: z.literal("batch/v1"),
    kind: z.literal("Job"),
    metadata,
    spec: z.strictObject({
      ...jobSpec,
      completionMode: z.literal("Indexed"),
      completions: z.number().int(),
      parallelism: z.number().int(),
    }),
  }),
]);

/** Flags of a command line in a manifest that the CLI doesn't know. */
function unknownFlags(words: readonly string[]): string[] {
  const command = new Command();
  const found = commands.find(({ name }) => name === words[0]);
  assert.ok(found, `no command ${words[0]}`);
  found.configure(command);
  const known = [...command.options.map(({ long }) => long), "--json", "--debug"];
  return words.filter((word) => word.startsWith("--") && !known.includes(word));
}

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: object;
}

/** A program that has type errors where the API knows no such field, or one of another type. */
function programOf(object: KubernetesObject): string {
  const { apiVersion, kind } = object;
  const path = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  return `import type { ${kind} } from "kubernetes-types/${path}";\nexport const it: ${kind} = ${JSON.stringify(object)};\n`;
}

describe("the manifests", () => {
  const files = readdirSync(join(deploy, "kubernetes")).filter((name) => name.endsWith(".yaml"));
  const objects = files.flatMap((name) =>
    parseAllDocuments(text(`kubernetes/${name}`)).map((document) => object.parse(document.toJS())),
  );

  it("of Kubernetes have the fields of their kinds, and name what there is", () => {
    const names = (kind: string) => objects.filter((each) => each.kind === kind).map((each) => each.metadata.name);
    for (const each of objects) {
      if (each.kind !== "CronJob" && each.kind !== "Job") continue;
      const { spec } = each.kind === "CronJob" ? each.spec.jobTemplate.spec.template : each.spec.template;
      for (const { configMap, persistentVolumeClaim } of spec.volumes) {
        if (configMap) assert.ok(names("ConfigMap").includes(configMap.name), configMap.name);
        if (persistentVolumeClaim) assert.ok(names("PersistentVolumeClaim").includes(persistentVolumeClaim.claimName));
      }
      const [{ args, command, volumeMounts }] = spec.containers;
      assert.deepEqual(volumeMounts.map(({ name }) => name).sort(), spec.volumes.map(({ name }) => name).sort());
      const words = command ? /vsphere-affinity (.*?)(?: \|\||$)/.exec(args.join(" "))![1].split(" ") : args;
      assert.deepEqual(unknownFlags(words), []);
    }
  });

  it("of Kubernetes are what its API takes: the types made from its OpenAPI know every field", function () {
    this.timeout(60_000);
    const raw = files.flatMap((name) =>
      parseAllDocuments(text(`kubernetes/${name}`)).map((document) => document.toJS() as KubernetesObject),
    );
    const cron = raw.find(({ kind }) => kind === "CronJob")!;
    const misspelled = { ...cron, spec: { ...cron.spec, concurencyPolicy: "Forbid" } };
    const mistyped = { ...cron, spec: { ...cron.spec, startingDeadlineSeconds: "600" } };
    assert.ok(raw.length >= 4);
    const programs = Object.fromEntries(raw.map((each, i) => [`${i} ${each.kind}`, programOf(each)]));
    const found = typeErrors({ ...programs, misspelled: programOf(misspelled), mistyped: programOf(mistyped) });
    assert.deepEqual(
      found.filter((line) => !/^mis(spelled|typed)/.test(line)),
      [],
    );
    assert.ok(found.some((line) => line.startsWith("misspelled") && line.includes("concurencyPolicy")));
    assert.ok(found.some((line) => line.startsWith("mistyped") && line.includes("'number'")));
  });

  it("of Kubernetes give the Indexed Job as many pods as its list has clusters", () => {
    const list = objects.find((each) => each.kind === "ConfigMap" && each.metadata.name.endsWith("-clusters"));
    const job = objects.find((each) => each.kind === "Job");
    assert.ok(list?.kind === "ConfigMap" && job?.kind === "Job");
    assert.equal(list.data.clusters.trim().split("\n").length, job.spec.completions);
  });

  it("of Kubernetes hold settings that the CLI takes", () => {
    const settings = objects.find((each) => each.kind === "ConfigMap" && "vsphere-affinity.yaml" in each.data);
    assert.ok(settings?.kind === "ConfigMap");
    parseSettings(parse(settings.data["vsphere-affinity.yaml"]) as Record<string, unknown>, "the ConfigMap", {
      VSPHERE_USER: "u",
      VSPHERE_PASSWORD: "p",
    });
  });

  it("of cron and systemd call the CLI as it is", () => {
    for (const path of ["cron/vsphere-affinity.cron", "systemd/vsphere-affinity.service"]) {
      const calls = text(path)
        .split("\n")
        .filter((line) => !line.startsWith("#"))
        .flatMap((line) => [...line.matchAll(/\bvsphere-affinity ((?:apply|drift)\b[^\n]*?)(?: 2>&1|$)/g)]);
      assert.ok(calls.length > 0, path);
      for (const [, words] of calls) assert.deepEqual(unknownFlags(words.split(" ")), []);
    }
  });

  it("of systemd are accepted by systemd-analyze", function () {
    const units = ["service", "timer"].map((kind) => join(deploy, `systemd/vsphere-affinity.${kind}`));
    const { error, status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", ...units], {
      encoding: "utf8",
    });
    if (error) return this.skip();
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /Unknown key|Failed to parse|vsphere-affinity\.\w+:\d+/);
  });
});
