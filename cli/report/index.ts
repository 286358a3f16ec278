export { gather, planAlone } from "./gather";
export type { ReportInput } from "./input";
export { renderReport } from "./render";
