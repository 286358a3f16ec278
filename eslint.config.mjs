import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

const noImport = (...patterns) => ({
  "no-restricted-imports": ["error", { patterns: patterns.map(([group, message]) => ({ group: [group], message })) }],
});

export default tseslint.config(
  {
    ignores: [
      "dist/**",
      "dist-*/**",
      "node_modules/**",
      "examples/*/node_modules/**",
      "test/testbed/sources/**",
      ".quickstart/**",
    ],
  },
  eslint.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ["**/*.ts"],
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["**/*.cjs", "**/*.js"],
    languageOptions: { globals: { require: "readonly", module: "readonly", process: "readonly" } },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  // The data flows one way: telemetry and inventory, snapshot, models, planner, then provider, policies and CLI.
  {
    files: ["engine/**/*.ts"],
    rules: noImport(
      ["@pulumi/*", "engine/ knows nothing of Pulumi"],
      ["**/provider/**", "engine/ knows nothing of vSphere or of the provider"],
      ["**/policies/**", "engine/ knows nothing of policies"],
      ["**/cli/**", "engine/ knows nothing of the CLI"],
    ),
  },
  {
    files: ["provider/**/*.ts"],
    rules: noImport(
      ["**/cli/**", "the CLI uses the provider, not the other way"],
      ["**/policies/**", "policies stand beside the provider"],
    ),
  },
  {
    files: ["policies/**/*.ts"],
    rules: noImport(
      ["**/cli/**", "policies know nothing of the CLI"],
      ["**/engine/planner/solver/**", "policies never run the solver"],
    ),
  },
);
