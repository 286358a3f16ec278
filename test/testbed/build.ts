// Builds the test bed by hand: `node dist/test/testbed/build.js [COMPONENT...]`.
// Components come one by one, so that one which can't be had doesn't keep the others from being built.
import { builtComponents, componentPath, MissingComponent, type ComponentName } from "./components";

async function main(names: readonly string[]): Promise<void> {
  for (const name of names.length > 0 ? names : builtComponents) {
    try {
      process.stdout.write(`${name}\t${await componentPath(name as ComponentName)}\n`);
    } catch (error) {
      if (!(error instanceof MissingComponent)) throw error;
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    }
  }
}

void main(process.argv.slice(2));
