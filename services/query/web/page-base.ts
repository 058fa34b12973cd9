// Pure: where the addresses of the page begin, seen from a path of it, for `<base href>`. It is relative, so that the
// page needs to know no prefix under which a proxy serves it.

/** `./` at `/logs`, `../` at `/pods/5b0c1d2e`; the query counts for nothing. */
export function baseFrom(url: string): string {
  const path = url.split('?', 1)[0]!
  const depth = path.split('/').length - 2
  return depth === 0 ? './' : '../'.repeat(depth)
}
