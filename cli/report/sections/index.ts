import type { ReportSection } from "../page/section";
import { affinity } from "./affinity";
import { calibration } from "./calibration";
import { communication } from "./communication";
import { decisions } from "./decisions";
import { failures } from "./failures";
import { forecast } from "./forecast";
import { hosts } from "./hosts";
import { lacking } from "./lacking";
import { migrations } from "./migrations";
import { preparations } from "./preparations";
import { summary } from "./summary";
import { workloads } from "./workloads";

/** In the order of the page: what is done and why, what it rests on, what it lacked. */
export const sections: readonly ReportSection[] = [
  summary,
  hosts,
  migrations,
  decisions,
  forecast,
  failures,
  communication,
  affinity,
  workloads,
  preparations,
  calibration,
  lacking,
];
