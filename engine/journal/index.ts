export * from "./journal";
export { openJournal } from "./duckdb";
export * from "./action-log";
export * from "./predictions";
export * from "./declarations";
export * from "./leases";
export * from "./preparations";
