export * from "./journal";
export { openJournal } from "./duckdb";
