import { checkPreparation } from "../../../provider/preparation/check";
import { applyPreparation } from "../../../provider/preparation/lifecycle";
import type { Settings } from "../../../provider/settings";

/** Prepares in a process of its own, which the test kills: settings, inputs and the clock come as JSON. */
const [settings, inputs, now] = JSON.parse(process.argv[2]) as [Settings, Record<string, unknown>, number];
void checkPreparation({}, inputs, settings, now).then((news) => applyPreparation({}, news, settings, now));
