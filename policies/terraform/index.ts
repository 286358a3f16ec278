export { checkTerraformPlan, type TerraformCheck } from "./check";
