/** The page's style sheet: light and dark by the reader's preference. */
export const style = `
:root {
  color-scheme: light dark;
  --back: light-dark(#f6f7f9, #14171c);
  --card: light-dark(#fff, #1d2128);
  --line: light-dark(#dfe3e8, #313741);
  --text: light-dark(#1b1f24, #e7eaee);
  --quiet: light-dark(#59636e, #9aa5b1);
  --zerocopy: light-dark(#0b7a75, #2dd4bf);
  --moved: light-dark(#2563eb, #60a5fa);
  --copied: light-dark(#d97706, #fbbf24);
  --unknown: light-dark(#8a94a0, #6b7683);
}
* { box-sizing: border-box; margin: 0; }
body {
  max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 3rem;
  background: var(--back); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; font-variant-numeric: tabular-nums;
}
header { display: flex; align-items: baseline; gap: .75rem; margin-bottom: 1rem; }
h1 { font-size: 1.25rem; }
h2 { font-size: .8rem; font-weight: 600; color: var(--quiet); margin-bottom: .6rem; }
#state { color: var(--quiet); }
#state::before { content: "\\25cf"; margin-right: .35em; color: var(--copied); }
#state.live::before { color: var(--zerocopy); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .75rem; }
section, .tiles > div {
  background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem;
}
.tiles b { display: block; font-size: 1.5rem; line-height: 1.3; white-space: nowrap; }
.tiles span, .tiles small { color: var(--quiet); font-size: .8rem; }
section { margin-top: .75rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 0 .75rem; }
svg { display: block; width: 100%; height: 15rem; overflow: visible; }
.plot { position: relative; }
.plot span {
  position: absolute; left: 0; padding: 0 .3rem 0 0; transform: translateY(-50%);
  background: var(--card); color: var(--quiet); font-size: .75rem;
}
#top { top: 0; } #half { top: 50%; }
svg line { stroke: var(--line); }
.zerocopy { --of: var(--zerocopy); } .moved { --of: var(--moved); }
.copied { --of: var(--copied); } .unknown { --of: var(--unknown); }
svg path { fill: var(--of); fill-opacity: .8; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin-top: .5rem; font-size: .85rem; }
.key span::before {
  content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .4em;
  border-radius: 2px; background: var(--of);
}
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th { text-align: left; font-weight: 400; color: var(--quiet); font-size: .8rem; }
td, th { padding: .2rem .6rem .2rem 0; }
td:not(:first-child), th:not(:first-child) { text-align: right; white-space: nowrap; }
td:last-child, th:last-child { padding-right: 0; }
.none td { color: var(--quiet); text-align: left; }
progress { width: 100%; min-width: 5rem; height: .6rem; accent-color: var(--copied); }
`
