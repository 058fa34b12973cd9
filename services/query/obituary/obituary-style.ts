// The style of an obituary's page, light and dark. It uses system fonts, so the page loads nothing.
import { raw } from './html.ts'

export const style = raw(`
:root { color-scheme: light dark; --ink: #1d2025; --soft: #5d6570; --paper: #fbfaf8; --card: #fff; --edge: #e2e0db;
  --bad: #b3261e; --odd: #8a5a00; --good: #1d6b3a; --live: #1c5d99; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e4df; --soft: #9aa2ac; --paper: #16181b; --card: #1f2226;
  --edge: #33373d; --bad: #ff8a80; --odd: #f2c069; --good: #7fd19b; --live: #86bdf0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1.5rem clamp(0.8rem, 3vw, 2rem) 4rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: clamp(1.3rem, 4vw, 1.9rem); line-height: 1.25; }
h2 { margin: 0 0 0.5rem; font-size: 1.05rem; }
.where, .note, .time, dt { color: var(--soft); font-size: 0.875rem; }
.where { margin: 0; }
.note { margin: 0 0 0.5rem; }
.cause { margin: 0.6rem 0 0; font-size: 1.15rem; }
.outcome { display: inline-block; padding: 0 0.5em; border: 1px solid; border-radius: 1em; font-size: 0.8125rem;
  font-weight: 600; vertical-align: middle; white-space: nowrap; color: var(--odd); }
.crashed, .oomkilled { color: var(--bad); }
.completed { color: var(--good); }
.running { color: var(--live); }
section { margin: 1.25rem 0 0; padding: 1rem; background: var(--card); border: 1px solid var(--edge);
  border-radius: 0.6rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.3rem 1rem; margin: 0; }
dd { margin: 0; }
a { color: var(--live); }
.facts { margin: 0.6rem 0 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: 0.2rem 1.5rem;
  color: var(--soft); }
.facts b { color: var(--ink); font-weight: 600; }
.uid { font: 0.8125rem/1.85 ui-monospace, monospace; white-space: nowrap; }
.said { margin: 0; font: 0.875rem/1.5 ui-monospace, monospace; white-space: pre-wrap; }
.seal { color: var(--soft); }
.seal.sealed { color: var(--good); }
.seal.gap { color: var(--bad); }
footer { margin: 1.5rem 0 0; color: var(--soft); font-size: 0.875rem; }
table { width: 100%; border-collapse: collapse; }
td { padding: 0.3rem 0.8rem 0.3rem 0; vertical-align: top; border-top: 1px solid var(--edge); }
tr:first-child td { border-top: 0; }
.time, .kind { white-space: nowrap; font-variant-numeric: tabular-nums; }
.kind { color: var(--soft); font-size: 0.875rem; }
.lines { margin: 0; padding: 0; list-style: none; font: 0.8125rem/1.5 ui-monospace, monospace; }
.lines li { display: grid; grid-template-columns: 6.5rem 1fr; padding: 0.1rem 0 0.1rem 0.6rem;
  border-left: 3px solid transparent; }
.lines .stderr { border-color: var(--edge); }
.lines .error, .lines .fatal { border-color: var(--bad); }
.lines time { color: var(--soft); }
.lines span { white-space: pre-wrap; }
.lines .day { display: block; padding-top: 0.4rem; color: var(--soft); }
.lines .gap { margin: 0.3rem 0; border: 1px dashed var(--bad); border-left-width: 3px; color: var(--bad);
  font-family: system-ui, sans-serif; }
@media (max-width: 40rem) { tr, td { display: block; border: 0; padding: 0; } tr { padding: 0.5rem 0; } tr + tr {
  border-top: 1px solid var(--edge); } .lines li { display: block; } .lines time { margin-right: 0.6rem; }
  .lines time:empty { display: none; }
  dl { grid-template-columns: 1fr; gap: 0; } dt { margin-top: 0.5rem; } .uid { font-size: 0.75rem; } }
`)
