// Pure: what every page of obituaries has around it. A page loads and runs nothing: its style and its icon are in it.
import { html, join, raw, type Html } from './html.ts'
import { style } from './obituary-style.ts'

/** Lets the page load and run nothing, so that a log line stays text. The icon is in the page. */
export const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** A line that ends, and goes on as dots. */
const icon = raw(
  `<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%231c5d99'/%3E%3Cpath d='M3 5h10M3 8h6M3 11h3' stroke='%23fff' stroke-width='1.6' stroke-linecap='round'/%3E%3Cpath d='M8.6 11h.1M11 11h.1M13 11h.1' stroke='%23fff' stroke-width='1.6' stroke-linecap='round'/%3E%3C/svg%3E" />`,
)

export interface Page {
  title: string
  header: Html
  main: readonly Html[]
  footer: Html
}

export const pageText = ({ title, header, main, footer }: Page): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Afterlog</title>
        ${icon}
        <style>
          ${style}
        </style>
      </head>
      <body>
        <header>${header}</header>
        <main>${join(main)}</main>
        <footer>${footer}</footer>
      </body>
    </html> `.text

/** The page of a failure: of a pod that is not there, or of a name that several pods have. */
export const errorPage = ({ status, message }: { status: number; message: string }): string =>
  pageText({
    title: status === 404 ? 'No such pod' : 'Not one pod',
    header: html`<h1>${status === 404 ? 'No such pod' : 'Not one pod'}</h1>
      <p class="cause">${message}.</p>`,
    main: [],
    footer: html`Afterlog · <a href="../../pods">all pods, as JSON</a>`,
  })
