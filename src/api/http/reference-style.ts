/** The style of the reference pages, the only one that their policy lets a browser apply. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#17202b;--soft:#5a6675;--paper:#fff;--side:#f3f5f8;--line:#dde3ea;--brand:#0b6b53;--get:#0b6b53;--post:#1d4fa3;--put:#8a5a00;--patch:#6b3fa0;--delete:#a1121f}
@media (prefers-color-scheme:dark){:root{--ink:#e8edf3;--soft:#a3afbd;--paper:#12171d;--side:#1b222b;--line:#2d3743;--brand:#4fc9a4;--get:#4fc9a4;--post:#86b4ff;--put:#f0bf66;--patch:#c8a5ff;--delete:#ff9a9a}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;display:grid;grid-template-columns:19rem minmax(0,1fr);background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
nav{position:sticky;top:0;height:100vh;overflow-y:auto;padding:1.25rem 1rem;background:var(--side);border-inline-end:1px solid var(--line);font-size:.875rem}
nav p{margin:0 0 .5rem}
nav .links a{margin-inline-end:.75rem}
nav ul{list-style:none;margin:0;padding:0}
nav>ul>li{margin-top:1rem;font-weight:600}
nav ul ul{margin-top:.25rem;font-weight:400;border-inline-start:1px solid var(--line);padding-inline-start:.75rem}
nav ul ul a{display:block;padding:.125rem 0;color:var(--soft);overflow-wrap:anywhere}
main{max-width:60rem;padding:2rem 2.5rem 6rem}
h1{margin:0 0 .5rem;font-size:2rem;line-height:1.2}
h2{margin:3rem 0 .25rem;padding-top:1rem;font-size:1.5rem;border-top:1px solid var(--line)}
h3{margin:0;font-size:1.0625rem;overflow-wrap:anywhere}
h4{margin:1rem 0 .25rem;font-size:.875rem}
p{margin:.375rem 0}
a{color:var(--brand);text-decoration:none}
a:hover{text-decoration:underline}
.old{text-decoration:line-through}
code{overflow-wrap:anywhere}
code,pre{font:.875em/1.5 ui-monospace,monospace}
pre{overflow-x:auto;margin:.75rem 0 0;padding:.625rem .875rem;background:var(--side);border-radius:.375rem}
article{margin:1.5rem 0;padding-inline-start:1rem;border-inline-start:3px solid var(--line)}
article:target{border-inline-start-color:var(--brand)}
.method{display:inline-block;min-width:4rem;font:700 .8125rem ui-monospace,monospace}
.get{color:var(--get)}.post{color:var(--post)}.put{color:var(--put)}.patch{color:var(--patch)}.delete{color:var(--delete)}
.path,.about,.type,small{color:var(--soft)}
.type,small{font-size:.875rem}
.badge{margin-inline-start:.5rem;padding:0 .375rem;border:1px solid currentColor;border-radius:.25rem;color:var(--put);font-size:.75rem}
.fields{list-style:none;margin:.25rem 0;padding:0}
.fields .fields{margin-inline-start:1rem;padding-inline-start:.75rem;border-inline-start:1px solid var(--line)}
.fields li{padding:.25rem 0;overflow-wrap:anywhere}
.about{font-size:.9375rem}
summary{cursor:pointer;color:var(--brand);font-size:.875rem}
:focus-visible{outline:3px solid var(--brand);outline-offset:2px}
.skip{position:absolute;inset-inline-start:-99rem}
.skip:focus{inset:.5rem auto auto .5rem;padding:.5rem;background:var(--paper);z-index:1}
@media (max-width:50rem){body{display:block}nav{position:static;height:auto;max-height:45vh}main{padding:1.5rem 1rem 4rem}}
`
