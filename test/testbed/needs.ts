import { componentPath, MissingComponent, type ComponentName } from "./components";

/**
 * Call inside `describe()`, before other hooks: what the suite's tests run on
 * is built or located first. What can't be had makes the suite skipped, each
 * test's title saying what lacks and why; on a machine with `CI=true`, where
 * all of it must be there, it makes the suite fail.
 */
export function needs(...names: ComponentName[]): void {
  before(`test bed: ${names.join(", ")}`, async function () {
    this.timeout(0); // a first build takes minutes
    const missing: MissingComponent[] = [];
    for (const name of names) {
      try {
        await componentPath(name);
      } catch (error) {
        if (!(error instanceof MissingComponent)) throw error;
        missing.push(error);
      }
    }
    if (missing.length === 0) return;
    if (process.env.CI === "true")
      throw new Error(missing.map((each) => each.message).join("\n"), { cause: missing[0] });

    const suite = this.test!.parent!;
    const why = missing.map((each) => `${each.component}: ${each.reason.split("\n", 1)[0]}; ${each.hint}`).join(" · ");
    suite.eachTest((test) => {
      test.title += ` [skipped, lacks ${why}]`;
    });
    // Mocha leaves out the suite's other before() hooks after a skip, but runs its
    // after() hooks, which would stop servers that were never started.
    (suite as unknown as { getHooks(name: string): unknown[] }).getHooks("afterAll").length = 0;
    this.skip();
  });
}
