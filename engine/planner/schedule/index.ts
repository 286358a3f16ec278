export * from "./assign-waves";
export * from "./request";
export * from "./hold-moves";
export * from "./drs-fights";
export * from "./rising-threshold";
export * from "./thresholds";
