import { XMLParser } from "fast-xml-parser";
import type { Parameter, Tree } from "./values";
import { Reference } from "./values";

const NAMED: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** Only what XML itself defines: five names, and characters by number. There is no DTD, so there is nothing else. */
function decodeEntities(value: string): string {
  if (!value.includes("&")) return value;
  return value.replace(/&([^;]*);?/g, (whole, name: string) => {
    const number = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name);
    if (number) {
      const point = number[1] ? parseInt(number[1], 16) : Number(number[2]);
      if (point <= 0x10ffff) return String.fromCodePoint(point);
    }
    const character = NAMED.get(name);
    if (character === undefined || !whole.endsWith(";")) throw new Error(`unknown entity ${whole.slice(0, 40)}`);
    return character;
  });
}

const parser = new XMLParser({
  ignoreAttributes: (name) => name.startsWith("xmlns"),
  attributeNamePrefix: "@",
  // xsi:type, whatever prefix the server chose for it; plain `type` belongs to references.
  transformAttributeName: (name) => (name.endsWith(":type") ? "@kind" : name),
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  // Without it the parser keeps a path string for each element: a third of its time.
  jPath: false,
  entityDecoder: {
    decode: decodeEntities,
    setExternalEntities: () => undefined,
    addInputEntities: () => undefined,
    reset: () => undefined,
    setXmlVersion: () => undefined,
  },
});

/**
 * Parses a document whose root element is `root` (any prefix). A DTD is refused before anything is parsed, and with it
 * external entities and entity bombs; SOAP forbids it anyway. A full validation first would cost 40 % more, so a
 * document that was cut short is known by its missing end.
 * @throws Error saying what is wrong.
 */
export function parseXml(document: string, root: string): Tree {
  if (!/^\s*</.test(document)) throw new Error(document.trim() === "" ? "it is empty" : "it is not XML");
  if (/<!(?!\[CDATA\[|--)/.test(document)) throw new Error("it declares a document type or entities");
  if (!new RegExp(`</(?:[\\w.-]+:)?${root}\\s*>\\s*$`).test(document.slice(-256))) {
    throw new Error(document.slice(0, 2048).includes(`${root}`) ? "it is cut short" : `it is not a SOAP ${root}`);
  }
  if (hasUnclosed(document)) throw new Error("it has elements that are not closed");
  const tree = parser.parse(document) as Tree;
  const found = Object.entries(tree as Record<string, Tree>).find(([name]) => localName(name) === root);
  if (!found) throw new Error(`it is not a SOAP ${root}`);
  return found[1];
}

/**
 * The parser closes by itself what the document leaves open, and gives a tree that nobody sent. Counting is enough to
 * know, and cheap; where comments or CDATA may hold a "<" of their own, it isn't known.
 */
function hasUnclosed(document: string): boolean {
  let open = 0;
  for (let at = document.indexOf("<"); at >= 0; at = document.indexOf("<", at + 1)) {
    const next = document[at + 1];
    if (next === "!") return false;
    if (next !== "?") open += next === "/" ? -1 : 1;
  }
  for (let at = document.indexOf("/>"); at >= 0 && open > 0; at = document.indexOf("/>", at + 2)) open--;
  return open > 0;
}

export const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

/** The child whose name, without its prefix, is `name`. */
export function child(tree: Tree, name: string): Tree {
  if (typeof tree !== "object" || Array.isArray(tree)) return undefined;
  return Object.entries(tree).find(([key]) => localName(key) === name)?.[1];
}

// Characters that XML 1.0 can't hold, not even escaped.
// eslint-disable-next-line no-control-regex
const UNREPRESENTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

export function escapeXml(value: string): string {
  if (UNREPRESENTABLE.test(value)) throw new Error("the text holds a control character, which XML can't carry");
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** `<name>…</name>` for a parameter; nothing for undefined; one element for each item of an array. */
export function writeElement(name: string, value: Parameter): string {
  if (value === undefined) return "";
  if (value instanceof Reference) return `<${name} type="${escapeXml(value.type)}">${escapeXml(value.id)}</${name}>`;
  if (typeof value !== "object") return `<${name}>${escapeXml(String(value))}</${name}>`;
  if (isArray(value)) return value.map((item) => writeElement(name, item)).join("");
  const { _typeName: kind, _value: inner, ...fields } = value;
  const attribute = typeof kind === "string" ? ` xsi:type="${escapeXml(kind)}"` : "";
  const content =
    inner === undefined
      ? Object.entries(fields)
          .map(([field, item]) => writeElement(field, item))
          .join("")
      : escapeXml(String(inner));
  return `<${name}${attribute}>${content}</${name}>`;
}

const isArray = (value: Parameter): value is readonly Parameter[] => Array.isArray(value);
