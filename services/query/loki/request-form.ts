// Pure: the parameters of a request to Loki's API. They come in the URL, in a form body, or in both; clients send the
// same ones by GET and by POST. Where one is there several times, that of the body counts first.

export interface RequestForm {
  /** The first value; undefined where there is none, or an empty one. */
  get(name: string): string | undefined
  /** All values that are not empty. */
  all(name: string): readonly string[]
}

/**
 * @param query The parameters of the URL, as fastify parses them.
 * @param body Of a form; anything else has no parameters.
 */
export function readForm(query: unknown, body: unknown): RequestForm {
  const ofUrl = (query ?? {}) as Readonly<Record<string, string | readonly string[]>>
  const all = (name: string): readonly string[] =>
    [
      ...(body instanceof URLSearchParams ? body.getAll(name) : []),
      ...(Object.hasOwn(ofUrl, name) ? [ofUrl[name] ?? []].flat() : []),
    ].filter((value) => value !== '')
  return { all, get: (name) => all(name)[0] }
}
