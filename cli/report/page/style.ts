/** Okabe and Ito's palette, which people with any colour vision tell apart; darker or lighter where text needs contrast. */
export const STYLE = `
:root { color-scheme: light dark; --bar: 8rem; --page: #fff; --panel: #f6f7f9; --text: #16191d; --quiet: #50575f; --line: #d5d9de;
  --after: #0072b2; --before: #767d86; --alarm: #b84a00; --good: #00745a; --link: #005a8e; --opening: #e3f1ea; --shade: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --page: #14171a; --panel: #1d2125; --text: #e8eaed; --quiet: #aab1b9; --line: #3a4047;
  --after: #56b4e9; --before: #9aa1a9; --alarm: #f0893e; --good: #3fc49d; --link: #7cc4ee; --opening: #1c3a30; --shade: #56b4e9; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 4rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: 1rem; background: var(--page); padding: .5rem; z-index: 2; }
header, main, footer { max-width: 70rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2rem; } h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; margin: 0 0 .5rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: 0 0 .75rem; max-width: 65ch; } .quiet, .note, caption, footer { color: var(--quiet); } .note { font-size: .85rem; margin: .25rem 0; }
a { color: var(--link); } :focus-visible { outline: 3px solid var(--after); outline-offset: 2px; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
nav { position: sticky; top: 0; background: var(--page); border-bottom: 1px solid var(--line); z-index: 1; }
nav ul { max-width: 70rem; margin: 0 auto; padding: .5rem 1rem; list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; overflow-x: auto; white-space: nowrap; font-size: .9rem; }
nav a { text-decoration: none; } nav a:hover { text-decoration: underline; }
section { padding: 1.75rem 0 1rem; border-bottom: 1px solid var(--line); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .75rem; margin: 1rem 0; padding: 0; }
.tiles div { background: var(--panel); border-radius: .4rem; padding: .7rem .9rem; }
.tiles dt { color: var(--quiet); font-size: .85rem; } .tiles dd { margin: 0; font-size: 1.3rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tiles dd small { display: block; font-size: .8rem; color: var(--quiet); }
figure { margin: 1rem 0; } figcaption { font-weight: 600; } svg { display: block; max-width: 100%; height: auto; overflow: visible; }
svg text { white-space: pre; } .narrow { display: none; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 1rem 1.5rem; }
.panel { margin: 0; min-width: 0; } .panel figcaption { font-size: .95rem; overflow-wrap: anywhere; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; padding: 0; margin: .25rem 0; font-size: .85rem; color: var(--quiet); }
.sample { display: inline-block; width: .8rem; height: .8rem; border-radius: 50%; margin-right: .4rem; vertical-align: -.08rem; }
.dot-before { border: 2px solid var(--before); } .dot-after { background: var(--after); } .dot-alarm { background: var(--alarm); }
.band { border-radius: 0; background: color-mix(in srgb, var(--after) 30%, transparent); } .opening { border-radius: 0; background: var(--opening); border: 1px solid var(--good); }
.bar-before { border-radius: 0; background: var(--before); } .bar-after { border-radius: 0; background: var(--after); } .bar-alarm { border-radius: 0; background: var(--alarm); }
.line-before, .line-after, .line-limit { border-radius: 0; height: 0; width: 1.4rem; vertical-align: .25rem; border-top: 2px dashed var(--before); }
.line-after { border-top: 2px solid var(--after); } .line-limit { border-top: 2px solid var(--alarm); }
.scroll { overflow-x: auto; margin: .5rem 0 1rem; max-height: 48rem; overflow-y: auto; }
table { border-collapse: collapse; font-size: .875rem; min-width: 100%; } caption { text-align: left; padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { font-weight: 600; position: sticky; top: 0; background: var(--page); white-space: nowrap; } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tbody th { overflow-wrap: anywhere; min-width: 10rem; } .long { min-width: 16rem; }
.bar { white-space: nowrap; font-variant-numeric: tabular-nums; } .bar i { display: inline-block; height: .75em; margin-right: .4rem; background: var(--after);
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--link); padding: .15rem 0; }
.move { border-left: 4px solid var(--after); padding: .1rem 0 .1rem .9rem; margin: 1rem 0; } .move h3 { margin: 0 0 .25rem; overflow-wrap: anywhere; }
.move ul { margin: .25rem 0; padding-left: 1.1rem; } .alarm { color: var(--alarm); font-weight: 600; } .good { color: var(--good); font-weight: 600; }
.unknown { background: var(--panel); border-radius: .4rem; padding: .7rem .9rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: 0 2.5rem; } .columns > * { min-width: 0; }
footer { padding: 1.5rem 1rem 3rem; font-size: .85rem; }
@media (max-width: 700px) { :root { --bar: 4rem; } nav ul { flex-wrap: nowrap; } tbody th { min-width: 7rem; } .wide { display: none; } .narrow { display: block; } header { padding-top: 1.25rem; } h1 { font-size: 1.4rem; } }
@media print { :root { color-scheme: light; --page: #fff; --panel: #f6f7f9; --text: #000; --quiet: #444; --line: #bbb; --after: #0072b2; --before: #767d86;
  --alarm: #b84a00; --good: #00745a; --link: #000; --opening: #e3f1ea; --shade: #0072b2; }
  @page { margin: 14mm; } body { font-size: 10.5pt; } nav, .skip { display: none; } section { break-inside: auto; padding: 1rem 0; }
  figure, .move, tr { break-inside: avoid; } h2, h3 { break-after: avoid; } .scroll { max-height: none; overflow: visible; } thead th { position: static; }
  table { font-size: 8.5pt; } th, td { padding-right: .5rem; } .long { min-width: 0; } tbody th { min-width: 0; }
  details tbody tr:nth-child(n+41) { display: none; }
  details .scroll:has(tr:nth-child(41))::after { content: "Of a longer table, the first 40 rows: the page has them all."; font-size: 8.5pt; }
  details::details-content { content-visibility: visible; display: block; height: auto; } .wide { display: block; } .narrow { display: none; } }
`;
