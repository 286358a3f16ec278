export * from "./journal";
export { openJournal } from "./duckdb";
export * from "./action-log";
export * from "./predictions";
