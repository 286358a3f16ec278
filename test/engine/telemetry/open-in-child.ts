import { AffinityError } from "../../../engine/errors";
import { openStore } from "../../../engine/telemetry/store";

/** Opens a telemetry file in a process of its own and tells its parent how that ended. */
const [, , access, path] = process.argv;
openStore(path, access as "read" | "write").then(
  (store) => {
    store.close();
    process.send!("open");
  },
  (error: unknown) => process.send!(error instanceof AffinityError ? error.code : String(error)),
);
