import { join } from "node:path";
import ts from "typescript";
import { packageRoot } from "../../cli/package-info";

/** What fragments of a program speak of and don't declare: the vSphere provider's SDK, which npm's registry may lack. */
const AROUND = `
declare module "@pulumi/vsphere";
declare const vsphere: any, cluster: any, datastore: any, networkInterfaces: any, disks: any, guestId: any;
`;
const IMPORT = 'import { Placement } from "pulumi-vsphere-affinity/provider";\n';

/**
 * Checks the types of programs against the package as it is built.
 * @param programs by the name under which mistakes are told
 * @returns a line per mistake
 */
export function typeErrors(programs: Readonly<Record<string, string>>): string[] {
  const root = packageRoot();
  const options: ts.CompilerOptions = {
    ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.Node16, noEmit: true, strict: true },
    ...{ moduleResolution: ts.ModuleResolutionKind.Node16, skipLibCheck: true, types: ["node"] },
  };
  const names = new Map<string, string>();
  const sources = new Map<string, string>([[join(root, "around.d.ts"), AROUND]]);
  Object.entries(programs).forEach(([name, code], i) => {
    const file = join(root, `document-${i}.ts`);
    names.set(file, name);
    // A fragment without imports would be a script, whose names all others see.
    sources.set(file, /^import /m.test(code) ? code : IMPORT + code);
  });
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.readFile = (file) => sources.get(file) ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const source = sources.get(file);
    return source === undefined ? getSourceFile(file, version, ...rest) : ts.createSourceFile(file, source, version);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const where = file ? `${names.get(file.fileName) ?? file.fileName}: ${lineAt(file, start)}` : "";
    return `${where}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

const lineAt = (file: ts.SourceFile, start: number): string =>
  file.text.split("\n")[file.getLineAndCharacterOfPosition(start).line].trim();
