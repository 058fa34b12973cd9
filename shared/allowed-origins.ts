// Pure: the origins whose pages may read answers. https://html.spec.whatwg.org/multipage/browsers.html#origin

/** Origins as browsers send them; `*` for any. */
export type Origins = ReadonlySet<string>

/** Origins separated by commas. Throws where one is none. */
export function parseOrigins(text: string): Origins {
  const origins = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const wrong = origins.find((each) => each !== '*' && !isOrigin(each))
  if (wrong !== undefined)
    throw new Error(
      `${JSON.stringify(wrong)} is no origin; write scheme, host and port alone, such as https://logs.example:8443`,
    )
  if (origins.length === 0) throw new Error('must name an origin: origins separated by commas, or * for any')
  return new Set(origins)
}

const isOrigin = (text: string): boolean =>
  !text.includes('*') && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text

export const allowsOrigin = (origins: Origins | undefined, origin: string | undefined): boolean =>
  origins !== undefined && origin !== undefined && (origins.has('*') || origins.has(origin))
