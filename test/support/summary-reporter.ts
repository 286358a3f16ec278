import { writeFileSync } from "node:fs";
import { reporters, Runner, type MochaOptions } from "mocha";

const { EVENT_RUN_BEGIN, EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Runner.constants;

/**
 * Mocha's spec reporter that also keeps the run's figures in the file that
 * `MOCHA_SUMMARY` names, as one line "PASSED FAILED SKIPPED". The file is
 * written after every test, so that a run which dies leaves what it had done.
 */
class SummaryReporter extends reporters.Spec {
  constructor(runner: Runner, options?: MochaOptions) {
    super(runner, options);
    const file = process.env.MOCHA_SUMMARY;
    if (!file) return;
    const keep = (): void => {
      const { passes, failures, pending } = this.stats;
      writeFileSync(file, `${passes} ${failures} ${pending}\n`);
    };
    for (const event of [EVENT_RUN_BEGIN, EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END])
      runner.on(event, keep);
  }
}

// Mocha takes what require() gives as the reporter's class.
export = SummaryReporter;
