import { TelemetryWriter } from "../../../engine/telemetry";
import { type Interrupted, interruptedSeries } from "./interrupted";

/** Writes series in small batches in a process of its own, and tells its parent after each: to be killed at it. */
const { path, batch } = JSON.parse(process.argv[2]) as Interrupted;

async function main(): Promise<void> {
  const writer = await TelemetryWriter.open(path, batch);
  for (const series of interruptedSeries()) {
    await writer.append(series);
    process.send!(writer.added);
  }
  await writer.close();
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
