/**
 * The page on which people sign in, and its answers: one document without scripts, whose only style is its
 * own. Everything that is not ours is escaped.
 */
import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { type Html, html, NO_HTML } from '../http/html.ts'

/** Served as pages: what is refused is told in words for people. */
export const PAGE = { content: { 'text/html': { schema: Type.Unsafe<string>({ type: 'string' }) } } }

const STYLE = `
:root{color-scheme:light dark;--ink:#17202b;--soft:#5a6675;--paper:#f3f5f8;--card:#fff;--line:#8793a3;--brand:#0b6b53;--on-brand:#fff;--bad:#a1121f}
@media (prefers-color-scheme:dark){:root{--ink:#e8edf3;--soft:#a3afbd;--paper:#12171d;--card:#1b222b;--line:#66727f;--brand:#4fc9a4;--on-brand:#06281f;--bad:#ff9a9a}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:25rem;padding:2rem;background:var(--card);border-radius:.75rem;box-shadow:0 1px 2px #0002,0 8px 28px #0001}
h1{margin:0 0 .25rem;font-size:1.5rem;line-height:1.25}
p{margin:0 0 1.25rem;color:var(--soft)}
strong{color:var(--ink)}
form{margin:0}
label{display:block;margin-bottom:.375rem;font-weight:600}
input,button,.button{display:block;width:100%;min-height:2.75rem;padding:.5rem .875rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card);color:var(--ink);font:inherit;text-align:center;text-decoration:none}
input{margin-bottom:1rem;text-align:start;font-family:ui-monospace,monospace}
button{border-color:var(--brand);background:var(--brand);color:var(--on-brand);font-weight:600;cursor:pointer}
ul{list-style:none;margin:0 0 1.25rem;padding:0;display:grid;gap:.625rem}
:focus-visible{outline:3px solid var(--brand);outline-offset:2px}
.fault{padding:.625rem .875rem;border-inline-start:4px solid var(--bad);color:var(--bad)}
.or{display:flex;gap:.75rem;align-items:center}
.or::before,.or::after{content:"";flex:1;border-top:1px solid var(--line)}
`

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

/** Nobody keeps, frames or guesses at what the page is; addresses of it tell other sites nothing. */
const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
}

export function sendPage(reply: FastifyReply, status: number, title: string, content: Html): FastifyReply {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Reprise</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`
  return reply.code(status).headers(HEADERS).type('text/html; charset=utf-8').send(page.html)
}

export interface SignInPage {
  readonly tenant: string
  readonly providers: readonly { readonly id: string; readonly name: string }[]
  readonly returnTo: string | undefined
  /** Shows that the form is the one of this browser. */
  readonly formToken: string
  /** Why somebody is not signed in yet. */
  readonly fault?: string
}

/** Addresses are relative, so that the page works below any path. */
export function signInContent({ tenant, providers, returnTo, formToken, fault }: SignInPage): Html {
  const back = returnTo === undefined ? '' : `&returnTo=${encodeURIComponent(returnTo)}`
  const buttons = providers.map(
    ({ id, name }) =>
      html`<li><a class="button" href="login?provider=${encodeURIComponent(id) + back}">Continue with ${name}</a></li>
`,
  )
  return html`<p>to <strong>${tenant}</strong></p>
${fault === undefined ? NO_HTML : html`<p class="fault" role="alert" id="fault">${fault}</p>`}
${buttons.length === 0 ? NO_HTML : html`<ul>${buttons}</ul><p class="or">or</p>`}
<form method="post" action="login">
<label for="key">API key</label>
<input id="key" name="key" type="password" autocomplete="current-password" spellcheck="false" required${
    fault === undefined ? NO_HTML : html` aria-describedby="fault"`
  }>
<input type="hidden" name="form" value="${formToken}">
${returnTo === undefined ? NO_HTML : html`<input type="hidden" name="returnTo" value="${returnTo}">`}
<button>Sign in</button>
</form>`
}

export function signedInContent(person: string, tenant: string, csrfToken: string): Html {
  return html`<p>to <strong>${tenant}</strong> as <strong>${person}</strong>.</p>
<form method="post" action="logout">
<input type="hidden" name="csrf" value="${csrfToken}">
<button>Sign out</button>
</form>`
}

/** @param onTo of the provider, whose own session is to end, too */
export function signedOutContent(onTo: string | undefined): Html {
  if (onTo === undefined)
    return html`<p>Nobody is signed in any more in this browser.</p>
<a class="button" href="login">Sign in</a>`
  return html`<meta http-equiv="refresh" content="0; url=${onTo}">
<p>Your identity provider signs you out, too.</p>
<a class="button" href="${onTo}">Go on</a>`
}

/** @param path relative to the page */
export function faultContent(detail: string, path = 'login'): Html {
  return html`<p class="fault" role="alert">${detail}</p>
<a class="button" href="${path}">Begin again</a>`
}
