import type { Settings } from "../../provider/settings";
import { act } from "./actor";

/** One run without a fault, before a case begins: what it leaves is what the case finds. @throws Error where it fails */
export async function settle(settings: Settings): Promise<void> {
  const { error, findings } = await act(settings);
  if (error) throw new Error(`a case could not be begun: ${error.text}`);
  const bad = findings?.find(({ outcome, class: what }) => outcome !== "done" && what !== "risk-above-bound");
  if (bad) throw new Error(`a case could not be begun: ${bad.class}: ${bad.detail} ${bad.text}`);
}
