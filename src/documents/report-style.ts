/** How the report looks: on a screen in light or dark, and on paper. Fonts are those that the reader has. */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --panel: #f6f8fa;
  --good: #1a7f37; --bad: #cf222e; --open: #9a6700;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --panel: #151b23;
    --good: #3fb950; --bad: #f85149; --open: #d29922;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: anywhere; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1.25rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.75rem; padding-bottom: 0.3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 0.5rem; }
p { margin: 0.5rem 0; }
ul { margin: 0.5rem 0; padding-left: 1.4rem; }
li { margin: 0.25rem 0; }
code { font: 0.875em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--panel); border-radius: 4px; padding: 0.1em 0.35em; }
.word { display: inline-block; font-size: 0.75rem; font-weight: 600; line-height: 1.6; vertical-align: middle; margin-left: 0.35rem; padding: 0 0.55rem; border: 1px solid currentColor; border-radius: 1rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .open { color: var(--open); }
.proof { list-style: none; padding-left: 0; }
.proof li { margin: 0.5rem 0; padding-left: 1.5rem; text-indent: -1.5rem; }
.proof .good, .proof .bad { display: inline-block; width: 1.5rem; text-indent: 0; font-weight: 700; }
.evidence { color: var(--soft); font-size: 0.9rem; }
.aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.news { border-left: 4px solid var(--bad); background: var(--panel); padding: 0.6rem 0.9rem; border-radius: 0 6px 6px 0; }
.wide { overflow-x: auto; margin: 0.75rem 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; overflow-wrap: normal; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.7rem; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
thead th { color: var(--soft); font-weight: 600; }
.summary { background: var(--panel); border-radius: 6px; }
.summary th { width: 7rem; color: var(--soft); font-weight: 600; }
.summary tr:last-child > * { border-bottom: 0; }
main > p:last-child { margin-top: 3rem; color: var(--soft); font-size: 0.85rem; }
@media print {
  :root { --ground: #fff; --ink: #000; --soft: #444; --line: #bbb; --panel: #f4f4f4; --good: #1a7f37; --bad: #a40e26; --open: #7d4e00; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h1, h2, h3 { break-after: avoid; }
  li, tr, .news { break-inside: avoid; }
  .wide { overflow: visible; }
  @page { margin: 18mm 16mm; }
}
`
