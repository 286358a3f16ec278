import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { packageRoot } from "../../cli/package-info";
import { planAlone, renderReport, type ReportInput } from "../../cli/report";
import { sections } from "../../cli/report/sections";
import { assess } from "../../engine/models/assess";
import { modelHealth } from "../../engine/models/health";
import { fitPropagation, predictPropagation } from "../../engine/models/propagation";
import type { Plan } from "../../engine/planner/plan";
import { planRequestSchema } from "../../engine/planner/request";
import { openings } from "../../engine/planner/windows";
import { findCluster, type Snapshot } from "../../engine/snapshot";
import { syntheticCluster, writeSyntheticCluster } from "../../engine/synthetic";
import { openTelemetry } from "../../engine/telemetry";
import { componentPath, needs, temporaryFolder } from "../testbed";
import { assertUserError, runCli } from "./run-cli";
import { someReady, someService, someWorkloads } from "./ready-hosts";
import { END, FILES, smallCluster, type SmallCluster } from "./small-cluster";

describe("report", function () {
  this.timeout(60_000);
  let cluster: SmallCluster;
  let plan: Plan;
  const path = (name: string) => join(cluster.folder, name);
  const cli = (...args: string[]) => runCli(args, { cwd: cluster.folder });

  before(async () => {
    cluster = await smallCluster({ hostName: (i) => (i === 0 ? '<b onload="x">' : `esx-${i + 1}`) });
    const made = await cli("plan", ...FILES, "--save", "plan.json", "--json");
    assert.equal(made.code, 0, made.stderr);
    plan = JSON.parse(made.stdout) as Plan;
  });

  it("writes one page that needs no script and no network, the same bytes again", async () => {
    const { code, stdout, stderr } = await cli("report", ...FILES, "--json");
    assert.equal(code, 0, stderr);
    const page = await readFile(path("report.html"), "utf8");
    const { file, bytes, plan: digest } = JSON.parse(stdout) as { file: string; bytes: number; plan: string };
    assert.deepEqual([file, bytes, digest], [path("report.html"), Buffer.byteLength(page), plan.digest]);
    assert.doesNotMatch(page, /<script|<link rel="stylesheet"|@import|url\(/);
    for (const [address] of page.matchAll(/https?:[^"' ]+/g)) assert.match(address, /^http:\/\/www\.w3\.org\//);
    for (const { id, title } of sections) assert.ok(page.includes(`<h2 id="${id}-title">${title}</h2>`), id);
    const again = await cli("report", ...FILES, "--plan", "plan.json", "--out", "again.html");
    assert.equal(again.code, 0, again.stderr);
    assert.equal(await readFile(path("again.html"), "utf8"), page, "planned anew, and from a file");
  });

  it("escapes what names hold", () => {
    const page = renderReport(planAlone(plan));
    assert.ok(page.includes("&lt;b onload=&quot;x&quot;&gt;"));
    assert.doesNotMatch(page, /<b onload/);
  });

  it("says in a sentence what isn't known, and draws no chart of it", async () => {
    const alone = await cli("report", "--plan", "plan.json", "--out", "alone.html");
    assert.equal(alone.code, 0, alone.stderr);
    const page = await readFile(path("alone.html"), "utf8");
    for (const id of ["migrations", "forecast", "communication", "affinity", "calibration"]) {
      const content = contentOf(page, id);
      assert.match(content, /<p class="unknown">\s*[A-Z][^<]{20,}/, id);
      assert.doesNotMatch(content, /<svg/, id);
    }
    assert.match(contentOf(page, "forecast"), /read from a file, and no inventory was given/);
    assert.match(contentOf(page, "hosts"), /<svg/);
  });

  it("refuses a plan of another cluster, and a folder that isn't there", async () => {
    await writeFile(path("other.json"), JSON.stringify({ ...plan, cluster: { id: "domain-c9", name: "other" } }));
    assertUserError(await cli("report", ...FILES, "--plan", "other.json"), "CLUSTER_NOT_FOUND", '"other"');
    assertUserError(await cli("report", ...FILES, "--out", "nowhere/report.html"), "FILE_UNWRITABLE");
  });
});

const contentOf = (page: string, id: string): string => page.split(`<section id="${id}"`)[1].split("</section>")[0];

describe("the report in a browser", function () {
  this.timeout(120_000);
  needs("chromium");
  let browser: Browser;
  let url: string;
  let input: ReportInput;

  before(async () => {
    input = await everythingKnown();
    const folder = await temporaryFolder();
    const file = join(folder, "report.html");
    await writeFile(file, renderReport(input));
    url = pathToFileURL(file).href;
    browser = await chromium.launch({ executablePath: await componentPath("chromium"), args: ["--no-sandbox"] });
  });
  after(() => browser.close());

  it("has every section filled where everything is known", () => {
    const page = renderReport(input);
    for (const { id } of sections) assert.doesNotMatch(contentOf(page, id), /class="unknown"/, id);
    assert.match(contentOf(page, "migrations"), /Windows as declared by shop\/prod\/nightly/);
    assert.match(contentOf(page, "preparations"), /nightly[^]*83 %[^]*40<[^]*3<[^]*45<[^]*8<[^]*front/);
    assert.match(contentOf(page, "workloads"), /cpu-bound[^]*anna\|shop/);
    for (const id of ["communication", "affinity", "workloads", "calibration", "failures"])
      assert.match(contentOf(page, id), /<svg/, id);
  });

  it("gives no wave an opening that is too short, nor any wave after it", () => {
    const { plan } = input;
    const [first, ...later] = plan.migration!.waves;
    assert.ok(later.some(({ durationSeconds }) => durationSeconds < first.durationSeconds));
    const openings = [1, 2, 3].map((day) => {
      const start = plan.asOf + day * 86_400;
      return { start, end: start + first.durationSeconds - 1 };
    });
    const page = renderReport({ ...input, windows: { owners: ["shop/prod/nightly"], openings } });
    assert.match(contentOf(page, "migrations"), new RegExp(`${plan.moves.length} moves fit into no opening`));
    assert.doesNotMatch(contentOf(page, "migrations"), /<svg/);
  });

  for (const width of [1280, 390])
    for (const colorScheme of ["light", "dark"] as const)
      it(`${width} pixels wide, ${colorScheme}: no error, no serious finding, nothing wider than the page`, async () => {
        // The page's own policy allows no script; the tool that looks at it is one.
        const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
        try {
          const page = await context.newPage();
          const problems: string[] = [];
          page.on("console", (message) => problems.push(message.text()));
          page.on("pageerror", (error) => problems.push(error.message));
          page.on("request", (request) => {
            if (request.url() !== url && !request.url().startsWith("data:")) problems.push(request.url());
          });
          await page.goto(url);
          assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
          await takePicture(`report-${width}-${colorScheme}`, () => page.screenshot());
          if (width === 1280 && colorScheme === "light") {
            // The list of sections would lie over what is taller than the window.
            await page.addStyleTag({ content: "nav { position: static !important; }" });
            for (const id of ["forecast", "communication"])
              await takePicture(`report-${id}`, () => page.locator(`#${id}`).screenshot());
          }
          await page.addScriptTag({ path: require.resolve("axe-core/axe.min.js") });
          const found = await page.evaluate<Finding[]>("axe.run().then(({ violations }) => violations)");
          const serious = found.filter(({ impact }) => impact === "serious" || impact === "critical");
          assert.deepEqual(
            serious.map(({ id, nodes }) => `${id}: ${nodes[0].html}`),
            [],
          );
          await page.keyboard.press("Tab");
          assert.equal(await page.evaluate("document.activeElement.className"), "skip");
          assert.deepEqual(problems, []);
        } finally {
          await context.close();
        }
      });

  it("prints what is folded on the screen", async () => {
    const page = await browser.newPage();
    await page.goto(url);
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator("#decisions details td").first().isVisible());
    assert.ok(!(await page.locator("nav").isVisible()));
    await page.close();
  });
});

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

async function takePicture(name: string, take: () => Promise<Buffer>): Promise<void> {
  const picture = await take();
  assert.ok(picture.length > 10_000, "something is drawn");
  if (!process.env.WRITE_DOCS) return;
  const folder = join(packageRoot(), "docs", "images");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.png`), picture);
}

/** A synthetic cluster's plan, with relations, a schedule and judged forecasts made up beside it. */
async function everythingKnown(): Promise<ReportInput> {
  const cwd = await temporaryFolder();
  await mkdir(cwd, { recursive: true });
  const options = { hosts: 16, vms: 200, days: 14, stepMinutes: 60, seed: 1, end: END } as const;
  const paths = { inventoryPath: join(cwd, "inventory.json"), telemetryPath: join(cwd, "telemetry.duckdb") };
  await writeSyntheticCluster(options, paths);
  const { snapshot } = syntheticCluster(options);
  const made = await runCli(["plan", ...FILES, "--json"], { cwd });
  assert.equal(made.code, 2, made.stderr);
  const plan = JSON.parse(made.stdout) as Plan;
  assert.ok(plan.moves.length > 0);
  const request = planRequestSchema.parse({ cluster: plan.cluster.id, asOf: plan.asOf, include: "all" });
  const telemetry = await openTelemetry({ duckdb: paths.telemetryPath });
  const assessment = await assess(request, snapshot, findCluster(snapshot, plan.cluster.id), telemetry);
  await telemetry.close();
  const n = assessment.virtualMachines.ids.length;
  const interference = {
    model: "interference 1",
    rank: 1,
    suffers: Float32Array.from({ length: n }, (_, i) => 0.02 + (i % 7) / 40),
    causes: Float32Array.from({ length: n }, (_, i) => ((i * 5) % 11) / 20),
  };
  return {
    ...{ plan, snapshot, because: "" },
    assessment: { ...assessment, interference, hostPreference: someService(n, assessment.hosts.ids.length) },
    workloads: someWorkloads(plan),
    ready: someReady(plan),
    communication: await talk(plan, snapshot),
    windows: {
      owners: ["shop/prod/nightly"],
      openings: openings(
        [{ recurrence: "FREQ=DAILY;BYHOUR=2;BYMINUTE=0", durationMinutes: 30, timeZone: "UTC" }],
        plan.asOf,
        plan.asOf + 3 * 86_400,
      ),
    },
    health: modelHealth(
      Array.from({ length: 600 }, (_, i) => ({
        model: "failure/signals",
        at: plan.asOf - 3600 * (600 - i),
        probability: (i % 10) / 25,
        outcome: (i * 7) % 25 < i % 10 ? (1 as const) : (0 as const),
      })),
    ),
  };
}

/** Every fourth VM depends on the next two: a graph as small as can be read. */
async function talk(plan: Plan, snapshot: Snapshot) {
  const vms = snapshot.virtualMachines.filter(({ id }) => plan.virtualMachines.some((placed) => placed.id === id));
  const few = vms.slice(0, 40);
  const allocation = { cpuMhz: null, memoryMb: null, storageMb: null };
  const file = fitPropagation({
    asOf: plan.asOf,
    nodes: few.map(({ id }) => ({ id, tier: null, criticality: null, allocation })),
    flows: few.flatMap(({ id: from }, i) =>
      i % 4 === 0
        ? [1, 2].map((next) => ({ from, to: few[(i + next) % few.length].id, kilobytes: 600 * (1 + i), seconds: 300 }))
        : [],
    ),
    declared: few.slice(1, 10).map(({ id }) => ({ from: id, to: few[0].id })),
  });
  const failures = plan.hosts.map(({ id, failureProbability: probability }) => ({
    ...{ name: id, probability },
    members: few.flatMap((vm, node) =>
      plan.virtualMachines.some((placed) => placed.id === vm.id && placed.hostId === id) ? [node] : [],
    ),
  }));
  return { graph: file.graph, reach: await predictPropagation(file, failures, { seed: 1, worlds: 2000 }) };
}
